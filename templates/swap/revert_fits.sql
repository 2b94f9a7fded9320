-- All that was pending is in the old table now: a revert is possible. Lock: ROW EXCLUSIVE on our state, where it
-- was not.
UPDATE :state.migration SET updated_at = now(), revert_problem = NULL, revert_problem_since = NULL
 WHERE id = :migration AND revert_problem IS NOT NULL;
