-- Says whether a revert is possible, and if not since when and why; the first reason stays. Lock: ROW
-- EXCLUSIVE on our state.
UPDATE :state.migration
   SET updated_at = now(), backlog = :backlog,
       revert_problem = :'problem',
       revert_problem_since = CASE WHEN :'problem' IS NULL THEN NULL ELSE coalesce(revert_problem_since, now()) END
 WHERE id = :migration;
