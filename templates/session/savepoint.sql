-- A point to come back to. Lock: none.
-- Parameters: the owner's.
SAVEPOINT pgswap_here;
