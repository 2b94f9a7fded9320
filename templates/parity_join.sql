-- Takes part in the snapshot of a parity pass. Lock: none.
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET TRANSACTION SNAPSHOT :'snapshot';
