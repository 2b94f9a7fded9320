-- Which migration a name stands for, the best first: that of the table which bears it now (oid; 0: none
-- does), else one that was begun under that name. Without a schema the role's search_path decides, which has
-- to be in force: a table found in it hides names that come later in it. Lock: ACCESS SHARE on our state.
-- Parameters: the owner's.
-- A row by which another role's table would be altered is not believed: is_strange.
WITH owner AS (SELECT n.nspowner AS oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) :'state'),
known AS (
    SELECT m.id, m.finished_at IS NOT NULL AS is_over, m.phase OPERATOR(pg_catalog.=) 'aborted' AS is_aborted, m.schema_name, m.table_name, p.blue, p.green,
           CASE WHEN m.live OPERATOR(pg_catalog.=) 'blue' THEN p.blue ELSE p.green END AS live,
           pg_catalog.array_position(pg_catalog.current_schemas(false), m.schema_name::pg_catalog.name) AS place
      FROM :state.migration m
      JOIN :state.pair p ON p.migration OPERATOR(pg_catalog.=) m.id AND p.pair OPERATOR(pg_catalog.=) 1)
SELECT k.id, :'state' AS state, pg_catalog.pg_get_userbyid(owner.oid) AS owner, pg_catalog.pg_has_role(owner.oid, 'USAGE') AS is_ours,
       EXISTS (SELECT FROM pg_catalog.pg_class c
                WHERE (c.oid OPERATOR(pg_catalog.=) k.blue OR c.oid OPERATOR(pg_catalog.=) k.green)
                  AND c.relowner OPERATOR(pg_catalog.<>) owner.oid) AND NOT k.is_over AS is_strange,
       k.is_over, k.is_aborted, k.blue, pg_catalog.format('%I.%I', k.schema_name, k.table_name) AS begun_as,
       k.live OPERATOR(pg_catalog.=) :oid AS bears_it, k.place, k.place IS NULL AND :'schema' IS NULL AS is_far,
       (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
         WHERE c.oid OPERATOR(pg_catalog.=) k.live) AS now
  FROM known k, owner
 WHERE k.live OPERATOR(pg_catalog.=) :oid
    OR (k.table_name OPERATOR(pg_catalog.=) :'table'
        AND CASE WHEN :'schema' IS NULL
                 THEN :oid OPERATOR(pg_catalog.=) 0
                      OR k.place OPERATOR(pg_catalog.<=)
                         (SELECT pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname)
                            FROM pg_catalog.pg_class c
                            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                           WHERE c.oid OPERATOR(pg_catalog.=) :oid)
                 ELSE k.schema_name OPERATOR(pg_catalog.=) :'schema' END)
 ORDER BY is_over, bears_it DESC, k.place NULLS LAST, k.id DESC
 LIMIT 2;
