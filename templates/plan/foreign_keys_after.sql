-- How the foreign keys of live are described after the swap, with the columns' new names; gone are
-- those that the change drops. Lock: none.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped),
fk AS (
    SELECT con.*, c.oid::regclass AS child, p.oid::regclass AS parent,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum) AS child_columns,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.conrelid = :live AND m.source = a.attname) AS child_after,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum) AS parent_columns,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.confrelid = :live AND m.source = a.attname) AS parent_after
      FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_class p ON p.oid = con.confrelid
      CROSS JOIN LATERAL (SELECT CASE WHEN to_jsonb(con)->>'conperiod' = 'true' THEN cardinality(con.conkey) END) AS period(n)
     WHERE con.contype = 'f' AND con.conparentid = 0 AND (con.conrelid = :live OR con.confrelid = :live))
SELECT format('foreign key %I on %s', conname, child) AS name,
       conrelid = :live AND conname = ANY (ARRAY[:dropped]::text[]) AS stays,
       format('FOREIGN KEY (%s) REFERENCES %s(%s)%s; comment %s', child_after, parent, parent_after,
              replace(substr(pg_get_constraintdef(oid), 1 + length(format('FOREIGN KEY (%s) REFERENCES %s(%s)', child_columns, parent, parent_columns))), ' NOT VALID', ''),
              obj_description(oid, 'pg_constraint')) AS definition
  FROM fk;
