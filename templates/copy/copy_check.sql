-- Fails unless the heaps of live are those that the copy began with, and live is the table of that name. Lock: ROW
-- SHARE on our state.
SELECT :state.require_table(:'live', :live_oid),
       :state.require(NOT EXISTS (
           SELECT FROM (SELECT heap, filenode FROM :state.heap WHERE migration = :migration AND pair = :pair) AS fixed
             FULL JOIN (SELECT heap.oid FROM (VALUES (:live_oid::oid)) AS relation(oid) :part_heaps) AS now ON now.oid = fixed.heap
            WHERE fixed.filenode IS DISTINCT FROM pg_relation_filenode(now.oid)),
           'PS001', 'the heap of the table was replaced'),
       :state.require_lease(:migration, :epoch);
