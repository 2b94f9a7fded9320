-- The replication slot that keeps most WAL from being removed, in use or not, and how many bytes. Lock: none.
SELECT slot_name AS name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS retained
  FROM pg_replication_slots
 WHERE restart_lsn IS NOT NULL AND wal_status <> 'lost'
 ORDER BY retained DESC
 LIMIT 1;
