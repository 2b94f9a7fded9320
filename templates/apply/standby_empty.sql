-- Empties standby, because live was truncated. Lock: ACCESS EXCLUSIVE on standby.
-- Parameters: the owner's.
SELECT pg_catalog.set_config('lock_timeout', '1min', true); -- autovacuum may be at it
TRUNCATE :standby_rows;
