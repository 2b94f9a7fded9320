-- Reads from green, after the user's change, every index and constraint and what belongs to it, as
-- the statements that make it again. kind: index (can be built in parallel), constraint and
-- setting (after the indexes, in order: indexes of a partition, too, if ATTACH PARTITION tells them apart by
-- their age only), check (in the swap: a NOT VALID check or NOT NULL
-- would refuse old rows), foreign and validate (in the swap to
-- that colour, and after it). Names are printed as they are read back under the owner's search_path (path),
-- which is in force from here on.
-- Lock: none.
WITH index AS (
    SELECT i.*, c.relname, n.nspname, con.oid AS conoid, con.conname, con.contype, con.condeferrable,
           con.condeferred, m.amname,
           coalesce((SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace), '') AS tablespace,
           format('%I.%I', n.nspname, g.relname) AS target, pg_relation_size(c.oid) AS bytes
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_am m ON m.oid = c.relam
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class g ON g.oid = i.indrelid
      LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid
                                 AND con.contype IN ('p', 'u', 'x')
     WHERE i.indrelid = :green),
-- exclusion constraints, and keys WITHOUT OVERLAPS, are made with their index
whole AS (
    SELECT index.*, coalesce(contype = 'x' OR amname <> 'btree', false) AND contype IS NOT NULL AS holds,
           EXISTS (SELECT FROM pg_class WHERE oid = :blue AND relispartition)
           AND EXISTS (SELECT FROM pg_index t WHERE t.indrelid = index.indrelid AND t.indexrelid <> index.indexrelid
                          AND t.indkey = index.indkey AND t.indisunique = index.indisunique) AS twin
      FROM index)
SELECT kind, name, statement, u.columns AS unique_columns, u.predicate AS unique_predicate
  FROM (
    SELECT CASE WHEN twin THEN 'constraint' ELSE 'index' END AS kind, relname AS name, 1 AS step, indexrelid AS n,
           format('SELECT pg_catalog.set_config(''default_tablespace'', %L, true); ', tablespace)
               || pg_get_indexdef(indexrelid) AS statement
      FROM whole WHERE NOT holds
    UNION ALL
    SELECT 'constraint', conname, 2, indexrelid,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I%s', target, conname,
                  CASE contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, relname,
                  CASE WHEN condeferred THEN ' DEFERRABLE INITIALLY DEFERRED'
                       WHEN condeferrable THEN ' DEFERRABLE' ELSE '' END)
      FROM whole WHERE contype IS NOT NULL AND NOT holds
    UNION ALL
    SELECT 'constraint', conname, 2, indexrelid,
           format('SELECT pg_catalog.set_config(''default_tablespace'', %L, true); ', tablespace)
               || format('ALTER TABLE %s ADD CONSTRAINT %I %s', target, conname, pg_get_constraintdef(conoid))
      FROM whole WHERE holds
    UNION ALL
    SELECT 'setting', relname, 3, indexrelid,
           format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', nspname, relname, a.attnum, a.attstattarget)
      FROM whole JOIN pg_attribute a ON a.attrelid = whole.indexrelid AND a.attstattarget >= 0
    UNION ALL
    SELECT 'setting', relname, 3, indexrelid,
           format('COMMENT ON INDEX %I.%I IS %L', nspname, relname, obj_description(indexrelid, 'pg_class'))
      FROM whole WHERE obj_description(indexrelid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT 'setting', conname, 3, indexrelid,
           format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, target, obj_description(conoid, 'pg_constraint'))
      FROM whole WHERE obj_description(conoid, 'pg_constraint') IS NOT NULL
    UNION ALL
    SELECT 'setting', relname, 4, indexrelid, format('ALTER TABLE %s CLUSTER ON %I', target, relname)
      FROM whole WHERE indisclustered
    UNION ALL
    SELECT 'setting', whole.relname, 4, indexrelid,
           format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', target, whole.relname)
      FROM whole JOIN pg_class g ON g.oid = indrelid WHERE indisreplident AND g.relreplident = 'i'
    UNION ALL
    SELECT 'setting', g.relname, 4, 0::oid,
           format('ALTER TABLE %I.%I REPLICA IDENTITY %s', n.nspname, g.relname,
                  CASE g.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE 'DEFAULT' END)
      FROM pg_class g JOIN pg_namespace n ON n.oid = g.relnamespace WHERE g.oid = :green AND g.relreplident <> 'i'
    UNION ALL
    SELECT 'foreign green', con.conname, 6, con.oid,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', :'home', con.conname,
                  replace(pg_get_constraintdef(con.oid), ' REFERENCES ' || con.conrelid::regclass || '(', ' REFERENCES ' || :'home' || '('))
           || CASE WHEN con.convalidated THEN ' NOT VALID' ELSE '' END
           || coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS %L', con.conname, :'home', obj_description(con.oid, 'pg_constraint')), '')
      FROM pg_constraint con WHERE con.conrelid = :green AND con.contype = 'f'
    UNION ALL
    SELECT 'validate green', con.conname, 7, con.oid, format('ALTER TABLE %s VALIDATE CONSTRAINT %I', :'home', con.conname)
      FROM pg_constraint con WHERE con.conrelid = :green AND con.contype = 'f' AND con.convalidated
    UNION ALL
    -- what the change drops of live's foreign keys comes back with blue
    SELECT x.kind, con.conname, x.step, con.oid,
           CASE x.step WHEN 6 THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', :'home', con.conname, pg_get_constraintdef(con.oid))
                                   || CASE WHEN con.convalidated THEN ' NOT VALID' ELSE '' END
                ELSE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', :'home', con.conname) END
      FROM pg_constraint con, (VALUES ('foreign blue', 6), ('validate blue', 7)) AS x(kind, step)
     WHERE con.conrelid = :blue AND con.contype = 'f' AND con.conparentid = 0
       AND (x.step = 6 OR con.convalidated)
       AND NOT EXISTS (SELECT FROM pg_constraint g WHERE g.conrelid = :green AND g.conname = con.conname)
    UNION ALL
    SELECT 'check', con.conname, 5, con.oid,
           format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, g.relname, con.conname, pg_get_constraintdef(con.oid))
           || coalesce(format('; COMMENT ON CONSTRAINT %I ON %I.%I IS %L', con.conname, n.nspname, g.relname,
                              obj_description(con.oid, 'pg_constraint')), '')
      FROM pg_constraint con JOIN pg_class g ON g.oid = con.conrelid JOIN pg_namespace n ON n.oid = g.relnamespace
     WHERE con.conrelid = :green AND con.contype IN ('c', 'n') AND NOT con.convalidated) AS o
  LEFT JOIN LATERAL (
    -- what a unique index is over, to find the keys that collide under it
    SELECT string_agg(item, ', ') AS columns,
           coalesce('(' || pg_get_expr(i.indpred, i.indrelid) || ')', 'true')
           || CASE WHEN pg_get_indexdef(i.indexrelid) LIKE '%NULLS NOT DISTINCT%' THEN ''
                   ELSE string_agg(' AND ' || item || ' IS NOT NULL', '') END AS predicate
      FROM index AS i, LATERAL (SELECT '(' || pg_get_indexdef(i.indexrelid, k, false) || ')'
                                  FROM generate_series(1, i.indnkeyatts) AS k) AS part(item)
     WHERE o.kind = 'index' AND i.indexrelid = o.n AND i.indisunique
     GROUP BY i.indexrelid, i.indpred, i.indrelid) AS u ON true
 WHERE (SELECT set_config('search_path', :'path', true)) IS NOT NULL
 ORDER BY step, n, statement;
