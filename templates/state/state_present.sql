-- Where the state of the migrations of a table's owner is, or is to be made: in the first schema whose name is
-- free. first: the number before that of its first migration, so that each state has a million of its own.
-- Lock: none.
SELECT s.name, s.present, pg_get_userbyid(t.relowner) AS owner,
       CASE s.name WHEN 'pgswap' THEN 0 ELSE (substr(s.name, 8)::bigint - 1) * 1000000 END AS first,
       has_database_privilege(current_database(), 'CREATE') AS may_create,
       quote_ident(current_database()) AS database,
       quote_ident(current_user) AS role
  FROM pg_class t
 CROSS JOIN LATERAL (
    SELECT n.nspname AS name, true AS present, n.oid::bigint AS place
      FROM pg_namespace n
     WHERE n.nspname ~ '^pgswap(_[0-9]{1,9})?$' AND n.nspowner = t.relowner
       AND EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'version' AND c.relowner = n.nspowner)
    UNION ALL
    SELECT CASE f.k WHEN 1 THEN 'pgswap' ELSE 'pgswap_' || f.k END, false, 9999999999
      FROM (SELECT min(c.k) AS k
              FROM (SELECT 1 AS k UNION ALL
                    SELECT CASE nspname WHEN 'pgswap' THEN 2 ELSE substr(nspname, 8)::integer + 1 END
                      FROM pg_namespace WHERE nspname ~ '^pgswap(_[0-9]{1,9})?$') AS c
             WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = CASE c.k WHEN 1 THEN 'pgswap' ELSE 'pgswap_' || c.k END)) AS f) AS s
 WHERE t.oid = :table
 ORDER BY s.place LIMIT 1;
