-- Opens the snapshot of a parity pass, younger than its locks (as begin_snapshot), and shares it with the other
-- connections. Lock: ACCESS SHARE on live, standby and the change log.
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
LOCK TABLE :live_rows, :standby_rows, :log, ONLY :dirty IN ACCESS SHARE MODE;
SELECT :state.require_table(:'live', :live_oid), :state.require_table(:'standby', :standby_oid);
SELECT pg_export_snapshot() AS snapshot,
       EXISTS (SELECT FROM :log WHERE k1 IS NOT DISTINCT FROM NULL) AS truncated;
