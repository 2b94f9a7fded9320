-- Foreign keys from the table and to it. They are made NOT VALID in the swap, those of a table in one statement, and
-- validated after it; that stops no reader and no writer, so it waits until an autovacuum gives way (deadlock_timeout).
-- Lock: ACCESS EXCLUSIVE on the tables at both ends.

-- [with]
:part_foreign_keys,
fk_text AS (
    SELECT fk.*, format('FOREIGN KEY (%s) REFERENCES %s(%s)', child_after, parent, parent_after)
                 || regexp_replace(substr(definition, 1 + length(format('FOREIGN KEY (%s) REFERENCES %s(%s)', child_columns, parent_printed, parent_columns))),
                                   ' NOT VALID$', '') AS clause
      FROM fk),
-- a foreign key of a partitioned table cannot be added NOT VALID: it goes to every leaf, is validated
-- there after the swap, and then added to the partitioned ones from below, which take the others' without a scan
part(root, oid, depth) AS (
    SELECT fk.oid, fk.oid, 0 FROM fk
    UNION ALL
    SELECT part.root, c.oid, part.depth + 1 FROM part JOIN pg_constraint c ON c.conparentid = part.oid AND c.contype = 'f'),
branch AS (
    SELECT con.oid, con.conname, con.convalidated, c.relkind, part.depth, format('%I.%I', n.nspname, c.relname) AS child, obj_description(con.oid, 'pg_constraint') AS comment,
           format('FOREIGN KEY (%s)', (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
                                         JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum))
               || substr(fk_text.clause, 1 + length(format('FOREIGN KEY (%s)', fk_text.child_after))) AS clause
      FROM part JOIN pg_constraint con ON con.oid = part.oid
      CROSS JOIN LATERAL (SELECT CASE WHEN to_jsonb(con)->>'conperiod' = 'true' THEN cardinality(con.conkey) END) AS period(n)
      JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN fk_text ON fk_text.oid = part.root AND fk_text.child_kind = 'p'),
leaf AS (SELECT * FROM branch WHERE relkind = 'r'),

-- [lock]
UNION SELECT end_of.oid FROM part JOIN pg_constraint con ON con.oid = part.oid, LATERAL (VALUES (con.conrelid), (con.confrelid)) AS end_of(oid)
UNION SELECT end_of.oid FROM pg_constraint con, LATERAL (VALUES (con.conrelid), (con.confrelid)) AS end_of(oid)
       WHERE con.contype = 'f' AND (con.conrelid = :oid OR con.confrelid = :oid)

-- [moves]
UNION ALL
SELECT 'before', 'foreign keys', min(oid)::bigint, format('ALTER TABLE %s %s', child, string_agg(format('DROP CONSTRAINT %I', conname), ', ' ORDER BY oid))
  FROM fk GROUP BY child
UNION ALL
SELECT 'after', 'foreign keys', min(oid)::bigint, format('ALTER TABLE %s %s', child, string_agg(format('ADD CONSTRAINT %I %s NOT VALID', conname, clause), ', ' ORDER BY oid))
  FROM (SELECT oid, child, conname, clause FROM fk_text WHERE kept AND child_kind = 'r'
        UNION ALL SELECT oid, child, conname, clause FROM leaf) AS made
 GROUP BY child
UNION ALL
SELECT 'after', 'rest', oid::bigint, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, child, comment)
  FROM (SELECT oid, child, conname, comment FROM fk WHERE kept AND child_kind = 'r'
        UNION ALL SELECT oid, child, conname, comment FROM leaf) AS made
 WHERE comment IS NOT NULL
UNION ALL
SELECT 'settle', 'parts', leaf.oid::bigint, format('SET LOCAL lock_timeout = ''3s''; ALTER TABLE %s VALIDATE CONSTRAINT %I', child, conname) FROM leaf WHERE convalidated
UNION ALL
SELECT 'settle', 'wholes', -depth, format('ALTER TABLE %s ADD CONSTRAINT %I %s%s', child, conname, clause, CASE WHEN NOT convalidated THEN ' NOT VALID' END)
       || coalesce('; ' || CASE WHEN comment IS NOT NULL THEN format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, child, comment) END, '')
  FROM branch WHERE relkind = 'p'
UNION ALL
SELECT 'validate', 'foreign keys', fk.oid::bigint, format('SET LOCAL lock_timeout = ''3s''; ALTER TABLE %s VALIDATE CONSTRAINT %I', child, conname) FROM fk WHERE convalidated AND kept AND child_kind = 'r'

-- [description]
UNION ALL
SELECT 'swap', format('foreign key %I on %s', c.conname, c.conrelid::regclass),
       format('%s; comment %s%s', replace(pg_get_constraintdef(c.oid), ' NOT VALID', ''),
           (SELECT x.description FROM pg_description x WHERE x.objoid = c.oid AND x.classoid = 'pg_constraint'::regclass AND x.objsubid = 0),
           (SELECT '; triggers ' || string_agg(t.tgenabled::text, '' ORDER BY t.tgrelid, t.tgtype) FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O')),
       NULL, NULL, NULL
  FROM reader JOIN pg_constraint c ON reader.classid = 'pg_constraint'::regclass AND c.oid = reader.objid
 WHERE c.contype = 'f' AND c.conparentid = 0 AND (c.conrelid = :oid OR c.confrelid = :oid)
   -- those of partitioned tables come back in several steps after the swap
   AND (c.conrelid = :oid OR NOT EXISTS (SELECT FROM pg_class k WHERE k.oid = c.conrelid AND (k.relkind = 'p' OR k.relispartition)))

-- [expected]
UNION ALL
(WITH :part_foreign_keys
SELECT format('foreign key %I on %s', conname, child_printed), conrelid = :oid AND conname = ANY (ARRAY[:dropped]::text[]),
       format('FOREIGN KEY (%s) REFERENCES %s(%s)%s; comment %s', child_after, parent_printed, parent_after,
              replace(substr(definition, 1 + length(format('FOREIGN KEY (%s) REFERENCES %s(%s)', child_columns, parent_printed, parent_columns))), ' NOT VALID', ''),
              comment)
  FROM fk)

-- [claims]
OR d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.contype = 'f' AND :oid IN (k.conrelid, k.confrelid))

-- [refusals]
UNION ALL
SELECT 6, format('foreign key %I of %s', k.conname, k.conrelid::regclass), format('role %I is not owner of %s', current_user, r.oid::regclass),
       format('GRANT %I TO %I;', pg_get_userbyid(r.relowner), current_user)
  FROM pg_constraint k JOIN pg_class r ON r.oid = CASE WHEN k.conrelid = :oid THEN k.confrelid ELSE k.conrelid END
 WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = :oid OR k.confrelid = :oid) AND NOT pg_has_role(r.relowner, 'USAGE')
UNION ALL
SELECT 6, format('%s other tables are locked with it', count(*)), 'the server''s lock table could overflow',
       format('Raise max_locks_per_transaction (now %s).', current_setting('max_locks_per_transaction'))
  FROM (SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = :oid
        UNION SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = :oid) AS other
HAVING count(*) * 10 > current_setting('max_locks_per_transaction')::bigint
                       * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)

-- [refusals_green]
UNION ALL
SELECT format('foreign key %I of %s', k.conname, k.conrelid::regclass), 'it would be checked against an unfinished table', 'Add it after the swap.'
  FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = :green AND k.conrelid <> :green

-- [refusals_change]
UNION ALL
SELECT format('foreign key %I of %s', k.conname, k.conrelid::regclass),
       format('it uses column %I, which the change drops', t.attname),
       'Drop it before, or in the change (DROP CONSTRAINT).'
  FROM touched t
  JOIN pg_constraint k ON k.contype = 'f' AND k.conparentid = 0
                      AND ((k.conrelid = :oid AND t.attnum = ANY (k.conkey) AND k.conname <> ALL (ARRAY[:dropped]::text[]))
                           OR (k.confrelid = :oid AND t.attnum = ANY (k.confkey)))
 WHERE t.verb = 'drops'
UNION ALL
SELECT format('foreign key %I of %s', k.conname, k.conrelid::regclass),
       format('its ON DELETE names column %I, which the change renames', t.attname),
       'Drop it before and create it again afterwards, or leave the column as it is.'
  FROM touched t
  JOIN pg_constraint k ON k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = :oid AND to_jsonb(k)->'confdelsetcols' @> to_jsonb(t.attnum)
 WHERE t.verb = 'renames' AND k.conname <> ALL (ARRAY[:dropped]::text[])
UNION ALL
SELECT format('foreign key %I of %s', k.conname, k.conrelid::regclass),
       'the new table has no unique index over the columns it refers to', 'Keep the index, or drop the foreign key before.'
  FROM pg_constraint k
 WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = :oid
   AND NOT EXISTS (
       SELECT FROM pg_index i
        WHERE i.indrelid = :green AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate
          AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) FROM generate_series(0, i.indnkeyatts - 1) AS n
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n])
              = (SELECT array_agg(m.target::text ORDER BY m.target::text) FROM unnest(k.confkey) AS c(attnum)
                   JOIN pg_attribute a ON a.attrelid = :oid AND a.attnum = c.attnum JOIN mapped m ON m.source = a.attname))

-- [scene]
UNION ALL
SELECT conrelid, false FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND confrelid = :oid
UNION ALL
SELECT confrelid, true FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conrelid = :oid

-- [rehearsal]
UNION ALL
SELECT 'foreign keys', con.oid::bigint, false, format('foreign key %I of %s', con.conname, child.name),
       format('ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (%s)', child.there,
              (SELECT string_agg(quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
                 JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum
                 LEFT JOIN mapped m ON con.conrelid = :oid AND m.source = a.attname),
              parent.there,
              (SELECT string_agg(quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
                 JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum
                 LEFT JOIN mapped m ON con.confrelid = :oid AND m.source = a.attname)),
       'Drop the foreign key before, and add it again when both tables have types that can be compared.'
  FROM pg_constraint con
  JOIN seat child ON child.oid = con.conrelid
  JOIN seat parent ON parent.oid = con.confrelid
 WHERE con.contype = 'f' AND con.conparentid = 0 AND :oid IN (con.conrelid, con.confrelid)
   AND NOT (con.conrelid = :oid AND con.conname = ANY (ARRAY[:dropped]::text[]))
   AND to_jsonb(con)->>'conperiod' IS DISTINCT FROM 'true'

-- None of [marks]: it is marked as all constraints are.
