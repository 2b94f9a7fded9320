-- The best of what migration_find has found in several states (found). What is not believed is left out where it is not
-- ours either: nobody's own table is blocked by what others wrote. Lock: ACCESS SHARE on them.
-- Parameters: the owner's.
SELECT * FROM (:found) AS f
 WHERE is_ours OR NOT is_strange
 ORDER BY is_strange, is_over, bears_it DESC, place NULLS LAST, id DESC
 LIMIT 2;
