-- Takes the next epoch of a migration: every transaction of an earlier run that is still under way
-- somewhere will fail before it commits; and says who has it now. Lock: ROW EXCLUSIVE on our state.
INSERT INTO :state.lease AS l (migration, epoch, role, host, pid, since, backend, backend_start)
SELECT :migration, 1, current_user, :'host', :pid, now(), a.pid, a.backend_start
  FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
ON CONFLICT (migration) DO UPDATE
   SET (epoch, role, host, pid, since, backend, backend_start)
       = (l.epoch + 1, excluded.role, excluded.host, excluded.pid, excluded.since, excluded.backend, excluded.backend_start)
RETURNING epoch;
