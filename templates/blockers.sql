-- Who would keep us waiting for a lock on these tables: transactions older than the age that hold
-- one, prepared transactions, and a vacuum that gives way to nobody. Lock: none.
SELECT l.pid, coalesce(a.usename, p.owner) AS role, a.application_name AS application,
       coalesce(a.state, 'prepared transaction ' || p.gid) AS state,
       (extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)) * 1000)::bigint AS age,
       left(a.query, 100) AS query
  FROM pg_locks l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  LEFT JOIN pg_prepared_xacts p ON l.pid IS NULL AND l.virtualtransaction = '-1/' || p.transaction::text
 WHERE l.locktype = 'relation' AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.relation IN (:relations)
   AND l.pid IS DISTINCT FROM pg_backend_pid()
   AND coalesce(a.application_name, '') <> 'pgswap worker ' || :'migration'
   AND (l.pid IS NULL
        OR (a.backend_type IS DISTINCT FROM 'autovacuum worker'
            AND clock_timestamp() - a.xact_start > :blocker_age * interval '1 millisecond')
        OR a.query LIKE '%to prevent wraparound%')
 ORDER BY age DESC NULLS LAST
 LIMIT 1;
