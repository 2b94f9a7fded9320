-- How many sessions of clients work, those of pgswap's own role and name aside; may_see: whether this role
-- sees what other roles' sessions do. Lock: none.
SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS may_see, count(*) AS active
  FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND state IN ('active', 'fastpath function call')
   AND NOT (usename = session_user AND application_name ~ '^pgswap( |$)');
