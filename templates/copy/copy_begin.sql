-- Fixes what is to be copied: the heaps as they stand now that capture is in place. Keys that are
-- pending already are forgotten: every chunk will see what they stand for. Lock: ACCESS SHARE on
-- live, ROW EXCLUSIVE on our own tables, for this transaction.
SELECT set_config('lock_timeout', '10min', true);
LOCK TABLE :live_rows IN ACCESS SHARE MODE;
DELETE FROM :log;
DELETE FROM :dirty;
DELETE FROM :applied;
DELETE FROM :written;
SELECT :state.require_table(:'live', :live_oid);
INSERT INTO :state.heap (migration, pair, heap, filenode, blocks)
SELECT :migration, :pair, heap.oid, pg_relation_filenode(heap.oid),
       pg_relation_size(heap.oid) / current_setting('block_size')::bigint
  FROM (VALUES (:live_oid::oid)) AS relation(oid)
:part_heaps;
SELECT :state.require_lease(:migration, :epoch);
