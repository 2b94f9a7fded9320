-- How many keys are pending, and whether a TRUNCATE is among them. Lock: ACCESS SHARE on our own
-- tables.
SELECT (SELECT count(*) FROM :log) + (SELECT count(*) FROM :dirty) AS backlog,
       EXISTS (SELECT FROM :log WHERE k1 IS NOT DISTINCT FROM NULL) AS truncated;
