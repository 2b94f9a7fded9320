-- Opens the snapshot of a parity pass, younger than its locks (as begin_snapshot), and shares it with the other
-- connections. Lock: ACCESS SHARE on live, standby and the change log.
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
LOCK TABLE ONLY :live, ONLY :standby, ONLY :log, ONLY :dirty IN ACCESS SHARE MODE;
SELECT :state.require_table(:'live', :live_oid), :state.require_table(:'standby', :standby_oid);
SELECT pg_export_snapshot() AS snapshot,
       pg_relation_size(:'live'::regclass) / current_setting('block_size')::bigint AS live_blocks,
       pg_relation_size(:'standby'::regclass) / current_setting('block_size')::bigint AS standby_blocks,
       EXISTS (SELECT FROM :log WHERE k1 IS NOT DISTINCT FROM NULL) AS truncated;
