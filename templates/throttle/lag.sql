-- Who replays what this server writes, a row each (none: one row without a name), and how far behind it is in
-- milliseconds, as the server has it; behind: it has something to replay; reply: changes whenever it is heard of.
-- may_see: whether this role sees it of others' connections. Lock: none.
SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS may_see, r.pid, r.application_name AS name,
       coalesce(extract(epoch FROM r.replay_lag) * 1000, 0)::bigint AS lag,
       coalesce(r.replay_lsn < pg_current_wal_flush_lsn(), false) AS behind,
       r.reply_time AS reply
  FROM (VALUES (1)) AS one
  -- what receives and does not replay, and the first copy of a subscription, lag in nothing
  LEFT JOIN pg_stat_replication r ON r.state IS NULL OR r.replay_lsn IS NOT NULL AND r.application_name !~ '^pg_\d+_sync_\d+_';
