-- Waits while somebody holds the advisory lock of a named point (--pause-at). Lock: an advisory
-- one, released at once. Other locks are waited for as before afterwards.
-- Parameters: the owner's.
SELECT pg_catalog.set_config('lock_timeout', '0', true);
SELECT pg_catalog.pg_advisory_lock_shared(7473726, pg_catalog.hashtext(:'point'));
SELECT pg_catalog.pg_advisory_unlock_shared(7473726, pg_catalog.hashtext(:'point'));
SELECT pg_catalog.set_config('lock_timeout', :'lock_timeout', true);
