-- Ends a migration in the state; its row stays as history. Lock: ROW EXCLUSIVE on our state.
DELETE FROM pgswap.object WHERE migration = :migration;
DELETE FROM pgswap.chunk WHERE migration = :migration;
DELETE FROM pgswap.lease WHERE migration = :migration;
UPDATE pgswap.migration SET finished_at = now() WHERE id = :migration;
