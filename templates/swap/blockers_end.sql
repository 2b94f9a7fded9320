-- Ends what blocks us (as in blockers), is older than the user allows, and is ours to end: cancels
-- statements, or terminates sessions.
-- Lock: none.
SELECT count(CASE WHEN :terminate THEN pg_terminate_backend(pid) ELSE pg_cancel_backend(pid) END) AS ended
  FROM (SELECT DISTINCT a.pid
          FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'relation' AND l.granted AND l.relation IN (:relations)
           AND NOT (:readers_pass AND l.mode IN ('AccessShareLock', 'RowShareLock'))
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
           AND (:terminate OR a.state = 'active')
           AND (pg_has_role(a.usesysid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'))
           AND (SELECT they.rolsuper <= we.rolsuper FROM pg_roles they, pg_roles we WHERE they.oid = a.usesysid AND we.rolname = current_user)
           AND a.application_name NOT IN ('pgswap', 'pgswap watch', 'pgswap worker ' || :'migration')
           AND clock_timestamp() - a.xact_start > :age * interval '1 millisecond') AS blocker;
