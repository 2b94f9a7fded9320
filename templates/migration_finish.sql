-- Ends a migration in the state; its row stays as history. Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.migration
   SET finished_at = now(),
       rows_copied = (SELECT sum(rows) FROM pgswap.chunk WHERE migration = :migration)
 WHERE id = :migration;
DELETE FROM pgswap.object WHERE migration = :migration;
DELETE FROM pgswap.chunk WHERE migration = :migration;
DELETE FROM pgswap.lease WHERE migration = :migration;
