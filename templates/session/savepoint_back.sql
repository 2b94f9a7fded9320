-- Back to the point, as if nothing had happened since. Lock: none.
-- Parameters: the owner's.
ROLLBACK TO SAVEPOINT pgswap_here;
