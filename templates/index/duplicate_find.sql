-- Keys of rows of live that are equal under a unique index of standby. Lock: ACCESS SHARE on live.
-- Parameters: the owner's.
:parameters
SELECT pg_catalog.min(key) AS first_key, pg_catalog.max(key) AS second_key, pg_catalog.count(*) AS rows
  FROM (SELECT ROW(:live_key)::pg_catalog.text AS key, :mapped_columns FROM :live_rows AS live) AS standby
 WHERE :predicate
 GROUP BY :unique_columns
HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1
 LIMIT 1;
