-- The hook that tells of the last swap was run. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration SET swap = swap || '{"announced": true}' WHERE id = :migration;
