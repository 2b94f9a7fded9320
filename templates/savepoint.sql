-- A point to come back to. Lock: none.
SAVEPOINT pgswap_here;
