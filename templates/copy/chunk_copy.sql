-- Copies a range of blocks of a heap of live to standby and records it, in one transaction with what
-- chunk_check says. Lock: ACCESS SHARE on the heap, ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
WITH copied AS (
    INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
    SELECT :expressions
      FROM ONLY :heap AS live
     WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid
    RETURNING 1)
INSERT INTO :state.chunk (migration, pair, heap, first_block, end_block, rows)
SELECT :migration, :pair, :heap_oid, :first_block, :end_block, pg_catalog.count(*) FROM copied;
