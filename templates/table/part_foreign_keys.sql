-- Foreign keys of the table and those that refer to it (PERIOD is before the last column: 18), with the columns of the table as they
-- are called on the other side of the swap: an expression of a WITH, over mapped, for other templates (:part_foreign_keys).
-- Lock: none.
fk AS (
    SELECT con.oid, con.conname, con.convalidated, con.conrelid, con.confrelid,
           format('%I.%I', cn.nspname, c.relname) AS child, c.oid::regclass AS child_printed, c.relkind AS child_kind,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum) AS child_columns,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.conrelid = :oid AND m.source = a.attname) AS child_after,
           format('%I.%I', pn.nspname, p.relname) AS parent, p.oid::regclass AS parent_printed,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum) AS parent_columns,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.confrelid = :oid AND m.source = a.attname) AS parent_after,
           NOT (con.conrelid = :oid AND con.conname = ANY (ARRAY[:dropped]::text[])) AS kept,
           pg_get_constraintdef(con.oid) AS definition,
           obj_description(con.oid, 'pg_constraint') AS comment
      FROM pg_constraint con
      JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
      JOIN pg_class p ON p.oid = con.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
      CROSS JOIN LATERAL (SELECT CASE WHEN to_jsonb(con)->>'conperiod' = 'true' THEN cardinality(con.conkey) END) AS period(n)
     WHERE con.contype = 'f' AND con.conparentid = 0 AND (con.conrelid = :oid OR con.confrelid = :oid))
