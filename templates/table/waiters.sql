-- Sessions that wait for a lock behind one of ours. Lock: none.
SELECT count(*) AS waiters,
       coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart) * 1000), 0)::bigint AS longest
  FROM pg_locks l
 WHERE NOT l.granted AND pg_blocking_pids(l.pid) @> ARRAY[:pid::integer];
