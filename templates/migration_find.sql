-- Which migration a name stands for, the best first: that of the table which bears it now (oid; 0: none
-- does), else one that was begun under that name. Without a schema the role's search_path decides, which has
-- to be in force: a table found in it hides names that come later in it. Lock: ACCESS SHARE on our state.
WITH known AS (
    SELECT m.id, m.phase IN ('finished', 'aborted') AS is_over, m.schema_name, m.table_name, p.blue,
           CASE m.live WHEN 'blue' THEN p.blue ELSE p.green END AS live,
           pg_catalog.array_position(pg_catalog.current_schemas(false), m.schema_name::pg_catalog.name) AS place
      FROM pgswap.migration m JOIN pgswap.pair p ON p.migration = m.id AND p.pair = 1)
SELECT k.id, k.is_over, k.blue, pg_catalog.format('%I.%I', k.schema_name, k.table_name) AS begun_as,
       k.live = :oid AS bears_it, k.place IS NULL AND :'schema' IS NULL AS is_far,
       (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid = k.live) AS now
  FROM known k
 WHERE k.live = :oid
    OR (k.table_name = :'table'
        AND CASE WHEN :'schema' IS NULL
                 THEN :oid = 0
                      OR k.place <= (SELECT pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname)
                                       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                      WHERE c.oid = :oid)
                 ELSE k.schema_name = :'schema' END)
 ORDER BY k.is_over, bears_it DESC, k.place NULLS LAST, k.id DESC
 LIMIT 2;
