-- What status has found in several states (found), the newest first. Lock: ACCESS SHARE on them.
SELECT * FROM (:found) AS f
 ORDER BY started_at DESC, migration DESC
 LIMIT 100;
