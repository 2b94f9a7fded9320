-- Generates what takes away the views that were built ahead in a schema of ours and were not moved out of it by a swap:
-- the younger, which stand on the older, first. Lock: ACCESS EXCLUSIVE on views that nobody uses.
SELECT format('DROP %s %I.%I', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, n.nspname, c.relname) AS statement
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = :'standby_schema' AND c.relkind IN ('v', 'm')
 ORDER BY c.oid DESC;
