-- Fails a chunk whose heap was replaced meanwhile (VACUUM FULL, CLUSTER, TRUNCATE: rows moved without
-- a trigger), whose table has another name now, or whose run was taken over. Lock: ROW SHARE on our state.
-- Parameters: the owner's.
SELECT :state.require(pg_catalog.pg_relation_filenode(:heap_oid) OPERATOR(pg_catalog.=) :filenode, 'PS001',
                      'the heap of the table was replaced'),
       :state.require_table(:'live', :live_oid),
       :state.require_table(:'heap', :heap_oid),
       :state.require_lease(:migration, :epoch);
