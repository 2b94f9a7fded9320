-- Transactions that have written to live, or may have, and are under way: in them a statement may run that still has
-- the capture function of before. among: of these. Lock: none.
SELECT array_agg(DISTINCT l.virtualtransaction)::text AS transactions, count(*) AS count,
       min(coalesce(format('pid %s', l.pid), 'a prepared transaction')) AS who
  FROM pg_locks l
 WHERE l.locktype = 'relation' AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.relation IN (:relations)
   AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
   AND l.pid IS DISTINCT FROM pg_backend_pid()
   AND (:'among'::text[] IS NULL OR l.virtualtransaction = ANY (:'among'::text[]));
