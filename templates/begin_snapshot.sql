-- Opens a transaction with one snapshot for all its statements. Lock: none.
BEGIN ISOLATION LEVEL REPEATABLE READ;
