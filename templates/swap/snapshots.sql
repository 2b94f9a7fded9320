-- Snapshots that are alive in this database, the oldest transaction first, besides our own and those of
-- maintenance workers.
-- keeper: the transaction is known to keep its snapshot across statements (it is idle with one, its
-- role or database defaults to REPEATABLE READ or SERIALIZABLE, or it hides from our role and does not
-- just wait for a lock), or to use it after it has waited for the lock of a table (COPY). may_go_on: it may
-- use its snapshot once more; what just waits for the lock of a table with a plain statement, and has run none
-- before, takes a new one when it gets it (what waits for another lock is past that). Lock: none.
-- The server keeps what it once read of other sessions until the end of our transaction, unless told not to.
SELECT pg_stat_clear_snapshot();
SELECT a.pid, l.virtualtransaction AS vxid, a.backend_xmin AS xmin,
       (extract(epoch FROM a.query_start) * 1000000)::bigint AS query_start,
       a.state IS NULL AS hidden,
       coalesce(a.state LIKE 'idle in transaction%', w.pid IS NULL)
           OR w.pid IS NOT NULL AND a.query ~* '^\s*copy\M'
           OR EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS o
                       WHERE s.setdatabase IN (0, a.datid) AND s.setrole IN (0, a.usesysid)
                         AND o ~ '^default_transaction_isolation=(repeatable read|serializable)$') AS keeper,
       coalesce(a.xact_start < a.query_start OR a.state <> 'active'
                OR NOT (w.for_table IS TRUE AND a.query ~* '^\s*(select|insert|update|delete|merge|with|values|table|execute)\M'), true) AS may_go_on,
       a.usename AS role, a.application_name AS application, a.state,
       (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::bigint AS age
  FROM pg_stat_activity a
  JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'virtualxid' AND l.granted
  LEFT JOIN (SELECT pid, bool_or(locktype = 'relation') AS for_table FROM pg_locks
              WHERE NOT granted GROUP BY pid) AS w ON w.pid = a.pid
 WHERE a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND a.backend_xmin IS NOT NULL AND a.pid <> pg_backend_pid()
   AND a.usesysid IS NOT NULL
   AND coalesce(a.backend_type, '') NOT IN ('autovacuum launcher', 'autovacuum worker', 'parallel worker')
   AND a.application_name NOT IN ('pgswap', 'pgswap watch', 'pgswap worker ' || :'migration')
 ORDER BY a.xact_start NULLS LAST, a.pid;
