-- What hangs on columns that the change drops or renames, or on views that a changed type makes us
-- build again, and cannot follow. Lock: none.
WITH RECURSIVE mapped(source, source_type, target, target_type) AS (VALUES :mapped),
touched AS (
    SELECT a.attnum, a.attname, CASE WHEN m.target IS NULL THEN 'drops' ELSE 'renames' END AS verb
      FROM pg_attribute a LEFT JOIN mapped m ON m.source = a.attname
     WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND m.target IS DISTINCT FROM a.attname),
self AS (
    SELECT c.oid, c.reltype, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type FROM pg_class c WHERE c.oid = :oid),
row_type(oid) AS (SELECT y.oid FROM self, LATERAL (VALUES (reltype), (array_type)) AS y(oid)),
:part_views,
view AS (SELECT oid FROM height),
-- the views that are built again, as in dependents.sql
tower AS (
    SELECT k.* FROM view JOIN pg_class k USING (oid)
     WHERE EXISTS (SELECT FROM view JOIN pg_class m USING (oid) WHERE m.relkind = 'm')
        OR EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT oid FROM row_type)
                      AND (d.classid = 'pg_rewrite'::regclass OR d.classid = 'pg_proc'::regclass))
        OR EXISTS (SELECT FROM mapped m JOIN pg_attribute a ON a.attrelid = :oid AND a.attname = m.source
                     JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND d.refobjsubid = a.attnum
                    WHERE m.source_type <> m.target_type)),
reader AS (
    SELECT t.oid AS view, d.classid, d.objid, d.objsubid, d.refclassid, coalesce(p.proowner, rk.relowner, pk.relowner) AS owner
      FROM tower t
      JOIN pg_type y ON y.oid = t.reltype
      JOIN pg_depend d ON d.deptype IN ('n', 'a', 'x')
                      AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (y.oid, y.typarray))
      LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
      LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      LEFT JOIN pg_class rk ON rk.oid = r.ev_class
      LEFT JOIN pg_policy l ON d.classid = 'pg_policy'::regclass AND l.oid = d.objid
      LEFT JOIN pg_class pk ON pk.oid = l.polrelid)
SELECT DISTINCT pg_describe_object(classid, objid, objsubid) AS what,
       format('it uses %s %s, which must be built again%s', CASE refclassid WHEN 'pg_type'::regclass THEN 'the row type of view' ELSE 'view' END, view::regclass,
              CASE refclassid WHEN 'pg_class'::regclass THEN format(', and role %I is not its owner', current_user) ELSE '' END) AS why,
       CASE refclassid WHEN 'pg_type'::regclass THEN 'Drop it before and create it again afterwards.' ELSE format('GRANT %I TO %I;', pg_get_userbyid(owner), current_user) END AS remedy
  FROM reader
 WHERE refclassid = 'pg_type'::regclass AND classid NOT IN ('pg_rewrite'::regclass, 'pg_policy'::regclass)
    OR refclassid = 'pg_class'::regclass AND NOT pg_has_role(owner, 'USAGE')
UNION ALL
SELECT format('view %s', t.oid::regclass), format('it must be built again, and it belongs to extension %s', e.extname), 'Drop it before and create it again afterwards.'
  FROM tower t JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid
UNION ALL
SELECT regexp_replace(pg_describe_object(d.classid, d.objid, d.objsubid), '^rule "?_RETURN"? on ', '') AS what,
       format('it uses column %I, which the change %s', t.attname, t.verb) AS why,
       'Drop it before and create it again afterwards, or leave the column as it is.' AS remedy
  FROM touched t
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND d.refobjsubid = t.attnum
 WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)
    OR (d.classid = 'pg_trigger'::regclass
        AND EXISTS (SELECT FROM pg_trigger g WHERE g.oid = d.objid AND NOT g.tgisinternal
                       AND g.tgname NOT LIKE 'pgswap\_%'))
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
-- a sequence goes with its column, whoever else takes numbers from it
SELECT coalesce((SELECT format('the default of column %I', a.attname) FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
                  WHERE d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid AND f.adrelid = :green),
                pg_describe_object(d.classid, d.objid, d.objsubid)),
       format('it uses sequence %s, which is owned by column %I, which the change drops', s.objid::regclass, t.attname),
       format('Drop it before, or release the sequence: ALTER SEQUENCE %s OWNED BY NONE.', s.objid::regclass)
  FROM touched t
  JOIN pg_depend s ON s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = :oid
                  AND s.refobjsubid = t.attnum AND s.deptype = 'a'
  JOIN pg_class c ON c.oid = s.objid AND c.relkind = 'S'
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.objid AND d.deptype = 'n'
 WHERE t.verb = 'drops'
   AND NOT EXISTS (SELECT FROM pg_attrdef f WHERE d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid AND f.adrelid = :oid)
UNION ALL
SELECT format('column %I', a.attname), format('it owns sequence %s, and becomes an identity column with another sequence', s.objid::regclass),
       format('Make it an identity column first, or release the sequence: ALTER SEQUENCE %s OWNED BY NONE.', s.objid::regclass)
  FROM mapped m
  JOIN pg_attribute a ON a.attrelid = :oid AND a.attname = m.source AND a.attidentity = ''
  JOIN pg_attribute g ON g.attrelid = :green AND g.attname = m.target AND g.attidentity <> ''
  JOIN pg_depend s ON s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = :oid
                  AND s.refobjsubid = a.attnum AND s.deptype = 'a'
  JOIN pg_class c ON c.oid = s.objid AND c.relkind = 'S'
 WHERE EXISTS (SELECT FROM pg_attrdef f JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid
                WHERE f.adrelid = :oid AND f.adnum = a.attnum AND u.refclassid = 'pg_class'::regclass AND u.refobjid = s.objid)
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
UNION ALL
SELECT format('column %I of parent %s', p.attname, i.inhparent::regclass),
       'a partition must have the same columns with the same types as its parent',
       'Change only what may differ between partitions: indexes, storage, constraints.'
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
  JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND NOT p.attisdropped
  LEFT JOIN pg_attribute g ON g.attrelid = :green AND g.attname = p.attname AND g.attnum > 0
                          AND g.atttypid = p.atttypid AND g.atttypmod = p.atttypmod AND g.attcollation = p.attcollation
 WHERE i.inhrelid = :oid AND g.attname IS NULL
UNION ALL
SELECT format('column %I', g.attname), 'a partition cannot have a column that its parent does not have',
       'Add the column to the partitioned table.'
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
  JOIN pg_attribute g ON g.attrelid = :green AND g.attnum > 0 AND NOT g.attisdropped
 WHERE i.inhrelid = :oid
   AND NOT EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = i.inhparent AND p.attname = g.attname AND p.attnum > 0)
UNION ALL
SELECT format('column %I of parent %s is NOT NULL', p.attname, i.inhparent::regclass),
       'a table whose column is not cannot inherit from it', 'Keep NOT NULL there.'
  FROM pg_inherits i
  JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND p.attnotnull
  JOIN pg_attribute g ON g.attrelid = :green AND g.attname = p.attname AND g.attnum > 0 AND NOT g.attnotnull
 WHERE i.inhrelid = :oid
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = p.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[p.attnum] AND k.connoinherit)
 ORDER BY 1;
