-- Ends a migration in the state; its row stays as history. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration
   SET finished_at = now(),
       rows_copied = (SELECT sum(rows) FROM :state.chunk WHERE migration = :migration)
 WHERE id = :migration;
DELETE FROM :state.object WHERE migration = :migration;
DELETE FROM :state.chunk WHERE migration = :migration;
DELETE FROM :state.lease WHERE migration = :migration;
