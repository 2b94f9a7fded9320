-- Forgets what an earlier swap of this migration left for afterwards. Lock: ROW EXCLUSIVE on our
-- state.
DELETE FROM pgswap.object WHERE migration = :migration AND name = 'after the swap';
UPDATE pgswap.object SET done = false WHERE migration = :migration AND kind ~ '^(validate|settle) ';
