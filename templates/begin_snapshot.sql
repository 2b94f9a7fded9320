-- Opens a transaction with one snapshot for all its statements. Lock: none.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SET LOCAL lock_timeout = '10min'; -- weak locks only: waiting for them stops nobody
