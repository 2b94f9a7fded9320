-- Ends a migration in the state; its row stays as history, and nothing holds it up any more. Lock: ROW EXCLUSIVE on
-- our state.
UPDATE :state.migration
   SET finished_at = now(), hold = false, paused = false, paused_at = NULL, paused_by = NULL, paused_from = NULL,
       rows_copied = (SELECT sum(rows) FROM :state.chunk WHERE migration = :migration)
 WHERE id = :migration;
DELETE FROM :state.object WHERE migration = :migration;
DELETE FROM :state.chunk WHERE migration = :migration;
DELETE FROM :state.lease WHERE migration = :migration;
