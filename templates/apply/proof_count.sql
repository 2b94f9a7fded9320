-- How many keys are applied, or written by capture, and not looked at again yet, and whether a TRUNCATE is pending, which comes first.
-- Lock: ACCESS SHARE on our own tables.
-- Parameters: the owner's.
SELECT (SELECT pg_catalog.count(*) FROM :applied) OPERATOR(pg_catalog.+) (SELECT pg_catalog.count(*) FROM :written) AS keys,
       EXISTS (SELECT FROM :log WHERE k1 IS NOT DISTINCT FROM NULL) AS truncated;
