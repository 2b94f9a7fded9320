-- A lock that need only have been granted once, and is let go at once: an autovacuum that held one against
-- it has given way then. Lock: what the statement says, for a moment.
SET LOCAL lock_timeout = '3s';
SAVEPOINT once;
:statement;
ROLLBACK TO SAVEPOINT once;
RELEASE SAVEPOINT once;
