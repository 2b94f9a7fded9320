-- Opens the snapshot of a parity pass and shares it with the other connections. Lock: none.
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SELECT pg_export_snapshot() AS snapshot,
       pg_relation_size(:'live'::regclass) / current_setting('block_size')::bigint AS live_blocks,
       pg_relation_size(:'standby'::regclass) / current_setting('block_size')::bigint AS standby_blocks,
       EXISTS (SELECT FROM :log WHERE k1 IS NULL) AS truncated;
