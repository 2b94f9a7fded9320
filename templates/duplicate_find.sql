-- Keys of rows of live that are equal under a unique index of standby. Lock: ACCESS SHARE on live.
SELECT min(key) AS first_key, max(key) AS second_key, count(*) AS rows
  FROM (SELECT ROW(:live_key)::text AS key, :mapped FROM ONLY :live AS live) AS standby
 WHERE :predicate
 GROUP BY :columns
HAVING count(*) > 1
 LIMIT 1;
