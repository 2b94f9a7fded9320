-- How many keys are pending, for status. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration SET updated_at = now(), backlog = :backlog WHERE id = :migration;
