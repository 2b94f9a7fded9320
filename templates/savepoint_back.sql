-- Back to the point, as if nothing had happened since. Lock: none.
ROLLBACK TO SAVEPOINT pgswap_here;
