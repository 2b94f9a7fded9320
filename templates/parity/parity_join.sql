-- Takes part in the snapshot of a parity pass. The locks come first and are not waited for: whoever wants a
-- stronger one waits for those of the pass already, and would have us wait for each other. Lock: ACCESS SHARE
-- on live, standby and the change log.
-- Parameters: the owner's.
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
LOCK TABLE :live_rows, :standby_rows, :log, ONLY :dirty IN ACCESS SHARE MODE NOWAIT;
SET TRANSACTION SNAPSHOT :'snapshot';
SET LOCAL enable_nestloop = off; -- the change log has no index, and the planner may take its keys for one
