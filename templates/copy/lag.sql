-- The worst replay lag of a streaming replica, in milliseconds; 0 where none is seen. Lock: none.
SELECT coalesce(max(extract(epoch FROM replay_lag) * 1000), 0)::bigint AS lag FROM pg_stat_replication;
