-- How long ago, in milliseconds, the oldest transaction of this migration's workers began that holds a snapshot,
-- behind which no VACUUM removes anything. Lock: none.
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) * 1000, 0)::bigint AS age
  FROM pg_stat_activity
 WHERE backend_xmin IS NOT NULL AND datname = current_database() AND usename = session_user
   AND application_name = :'workers';
