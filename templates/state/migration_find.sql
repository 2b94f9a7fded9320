-- Which migration a name stands for, the best first: that of the table which bears it now (oid; 0: none
-- does), else one that was begun under that name. Without a schema the role's search_path decides, which has
-- to be in force: a table found in it hides names that come later in it. Lock: ACCESS SHARE on our state.
-- Parameters: the owner's.
-- is_strange: a row that is not believed, since another role's table or schema would be altered by it. A table that
-- was given to another role since bears our triggers, which only who may write to it by triggers could make. What the
-- owner of the state does by himself needs no belief: it can do no more than he. is_restored: the row came from
-- another database (origin: this one) with a dump of it; the OIDs in it mean nothing here, the names do.
WITH owner AS (
    SELECT n.nspowner AS oid, n.oid AS state, pg_catalog.pg_get_userbyid(n.nspowner) AS name
      FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) :'state'),
kept AS (
    SELECT m.id, m.finished_at IS NOT NULL AS is_over, m.phase, m.live, m.schema_name, m.table_name, p.blue, p.green,
           m.origin OPERATOR(pg_catalog.<>) :'origin' AS is_restored,
           pg_catalog.format('pgswap_%s_%s', m.id, CASE WHEN m.live OPERATOR(pg_catalog.=) 'blue' THEN 'green' ELSE 'blue' END) AS away,
           pg_catalog.array_position(pg_catalog.current_schemas(false), m.schema_name::pg_catalog.name) AS place
      FROM :state.migration m
      JOIN :state.pair p ON p.migration OPERATOR(pg_catalog.=) m.id AND p.pair OPERATOR(pg_catalog.=) 1),
known AS (
    SELECT k.*, CASE WHEN k.is_restored THEN coalesce(named.live, 0::pg_catalog.oid)
                     WHEN k.live OPERATOR(pg_catalog.=) 'blue' THEN k.blue ELSE k.green END AS live_oid,
           CASE WHEN k.is_restored THEN coalesce(named.standby, 0::pg_catalog.oid)
                WHEN k.live OPERATOR(pg_catalog.=) 'blue' THEN k.green ELSE k.blue END AS standby_oid
      FROM kept k
     CROSS JOIN LATERAL (
        SELECT pg_catalog.max(c.oid) FILTER (WHERE n.nspname OPERATOR(pg_catalog.=) k.schema_name) AS live,
               pg_catalog.max(c.oid) FILTER (WHERE n.nspname OPERATOR(pg_catalog.=) k.away) AS standby
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
         WHERE c.relname OPERATOR(pg_catalog.=) k.table_name) AS named)
SELECT k.id, :'state' AS state, owner.name AS owner, pg_catalog.pg_has_role(owner.oid, 'USAGE') AS is_ours,
       NOT k.is_over AND owner.name OPERATOR(pg_catalog.<>) current_user
       AND (EXISTS (SELECT FROM pg_catalog.pg_namespace n
                     WHERE pg_catalog.starts_with(n.nspname, pg_catalog.format('pgswap_%s_', k.id))
                       AND n.nspowner OPERATOR(pg_catalog.<>) owner.oid)
            OR EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
                        WHERE c.oid OPERATOR(pg_catalog.=) k.standby_oid AND c.relowner OPERATOR(pg_catalog.<>) owner.oid
                          AND n.nspname OPERATOR(pg_catalog.<>) k.away)
            OR EXISTS (SELECT FROM pg_catalog.pg_class c
                        WHERE c.oid OPERATOR(pg_catalog.=) k.live_oid AND c.relowner OPERATOR(pg_catalog.<>) owner.oid
                          AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid OPERATOR(pg_catalog.=) t.tgfoid
                                           WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT t.tgisinternal
                                             AND pg_catalog.starts_with(t.tgname, pg_catalog.format('pgswap_%s_%s_', k.id, k.live))
                                             AND f.pronamespace OPERATOR(pg_catalog.=) owner.state))) AS is_strange,
       k.is_over, k.phase OPERATOR(pg_catalog.=) 'aborted' AS is_aborted, k.phase OPERATOR(pg_catalog.=) 'swapped' AS is_swapped, k.is_restored,
       (SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c
         WHERE c.oid OPERATOR(pg_catalog.=) k.live_oid AND c.relowner OPERATOR(pg_catalog.<>) owner.oid AND NOT k.is_over) AS given_to,
       CASE WHEN k.live OPERATOR(pg_catalog.=) 'blue' THEN k.live_oid ELSE k.standby_oid END AS blue,
       CASE WHEN k.live OPERATOR(pg_catalog.=) 'blue' THEN k.standby_oid ELSE k.live_oid END AS green,
       pg_catalog.format('%I.%I', k.schema_name, k.table_name) AS begun_as,
       k.live_oid OPERATOR(pg_catalog.=) :oid AS bears_it, k.place, k.place IS NULL AND :'schema' IS NULL AS is_far,
       (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
         WHERE c.oid OPERATOR(pg_catalog.=) k.live_oid) AS now
  FROM known k, owner
 WHERE k.live_oid OPERATOR(pg_catalog.=) :oid
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
