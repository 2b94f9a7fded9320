-- How long statements from here on may wait for a lock. Lock: none.
-- Parameters: the owner's.
SELECT pg_catalog.set_config('lock_timeout', :'lock_timeout', false);
