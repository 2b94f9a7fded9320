-- The best of what migration_find has found in several states (found). Lock: ACCESS SHARE on them.
-- Parameters: the owner's.
SELECT * FROM (:found) AS f
 ORDER BY is_strange, is_over, bears_it DESC, place NULLS LAST, id DESC
 LIMIT 2;
