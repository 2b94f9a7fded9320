-- Waits while somebody holds the advisory lock of a named point (--pause-at). Lock: an advisory
-- one, released at once.
SET lock_timeout = 0;
SELECT pg_advisory_lock_shared(7473726, hashtext(:'point'));
SELECT pg_advisory_unlock_shared(7473726, hashtext(:'point'));
SELECT set_config('lock_timeout', :'lock_timeout', false);
