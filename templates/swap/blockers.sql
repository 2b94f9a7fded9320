-- Who would keep us waiting for a lock on these tables: transactions older than the age that hold
-- one or wait for it (unless it is a reader's and readers_pass), prepared transactions, and a vacuum that gives way to
-- nobody. What another role's session hides counts as young, unless all are asked for (age 0).
-- Lock: none.
SELECT CASE WHEN l.pid IS NULL
            THEN format('prepared transaction %s of role %s', coalesce(p.gid, '?'), coalesce(p.owner::text, '?'))
            ELSE format('pid %s (role %s, application "%s", %s: %s)', l.pid, coalesce(a.usename::text, '?'),
                        a.application_name, coalesce(a.state, 'state not visible'), left(a.query, 100)) END AS who,
       coalesce((extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)) * 1000)::bigint, 0) AS age
  FROM pg_locks l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  LEFT JOIN pg_locks t ON l.pid IS NULL AND t.pid IS NULL AND t.locktype = 'transactionid' AND t.granted
                      AND t.virtualtransaction = l.virtualtransaction
  LEFT JOIN pg_prepared_xacts p ON p.transaction = t.transactionid
 WHERE l.locktype = 'relation'
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.relation IN (:relations)
   AND NOT (:readers_pass AND l.mode IN ('AccessShareLock', 'RowShareLock'))
   AND l.pid IS DISTINCT FROM pg_backend_pid()
   AND coalesce(a.application_name, '') <> 'pgswap worker ' || :'migration'
   AND (l.pid IS NULL
        OR (a.backend_type IS DISTINCT FROM 'autovacuum worker'
            AND coalesce(clock_timestamp() - a.xact_start > :blocker_age * interval '1 millisecond', :blocker_age = 0))
        OR a.query LIKE '%to prevent wraparound%')
 ORDER BY l.granted AND (l.pid IS NULL OR a.xact_start IS NOT NULL) DESC, age DESC
 LIMIT 1;
