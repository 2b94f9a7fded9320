-- Opens a transaction with one snapshot for all its statements, younger than its locks: a rewrite that shows an
-- older snapshot no row (TRUNCATE, SET UNLOGGED, REPACK (CONCURRENTLY)) is over before it, or waits for us.
-- LOCK TABLE itself takes no snapshot. Lock: ACCESS SHARE on live, ROW EXCLUSIVE on standby and our own
-- tables.
BEGIN ISOLATION LEVEL REPEATABLE READ;
LOCK TABLE :live_rows IN ACCESS SHARE MODE;
LOCK TABLE :standby_rows, :log, ONLY :dirty, ONLY :applied, :written IN ROW EXCLUSIVE MODE;
SELECT :state.require_table(:'live', :live_oid), :state.require_table(:'standby', :standby_oid);
