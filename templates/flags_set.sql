-- Sets a migration's flags from anywhere; NULL leaves one as it is. Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.migration
   SET paused = coalesce(:paused, paused), hold = coalesce(:hold, hold), updated_at = now()
 WHERE id = :migration;
