-- Who holds the lock of a table (table_lock_try). Of a role that we are no member of, only the role and the process
-- are seen. Lock: none.
SELECT quote_ident(a.usename) AS role, a.pid, coalesce(host(a.client_addr), CASE WHEN a.backend_start IS NOT NULL THEN 'a local socket' END) AS client,
       to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
  FROM pg_locks k JOIN pg_stat_activity a USING (pid)
 WHERE k.locktype = 'advisory' AND k.granted AND k.classid = 7473725 AND k.objid = :oid AND k.objsubid = 2
   AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database());
