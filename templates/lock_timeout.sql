-- How long statements from here on may wait for a lock. Lock: none.
SELECT set_config('lock_timeout', :'lock_timeout', false);
