-- Whose migration has its capture triggers on a table (may_take: we may take them off), and what stands for the
-- table in the lock: blue, which lies in a schema of ours if green is live. Lock: none.
SELECT m.id AS migration, m.colour, n.nspname AS state, pg_get_userbyid(n.nspowner) AS owner,
       pg_has_role(n.nspowner, 'USAGE') AS is_ours,
       pg_has_role(k.relowner, 'USAGE') AS may_take,
       CASE m.colour WHEN 'blue' THEN k.oid ELSE coalesce(b.oid, k.oid) END AS lock
  FROM pg_trigger c
  JOIN pg_class k ON k.oid = c.tgrelid
  JOIN pg_proc f ON f.oid = c.tgfoid
  JOIN pg_namespace n ON n.oid = f.pronamespace
 CROSS JOIN LATERAL (
    SELECT p[1] AS id, p[2] AS colour
      FROM regexp_matches(c.tgname, '^pgswap_([0-9]{1,18})_(blue|green)_(?:insert|update|delete|row|truncate)$') AS p) AS m
  LEFT JOIN (pg_class b JOIN pg_namespace a ON a.oid = b.relnamespace)
         ON a.nspname = format('pgswap_%s_blue', m.id) AND b.relname = k.relname
 WHERE c.tgrelid = :oid AND NOT c.tgisinternal
   AND n.nspname ~ '^pgswap(_[0-9]+)?$' AND starts_with(f.proname, format('capture_%s_', m.id))
 ORDER BY m.id::bigint DESC LIMIT 1;
