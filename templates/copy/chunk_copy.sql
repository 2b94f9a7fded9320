-- Copies a range of heap blocks from live to standby and records it, in one transaction with what
-- chunk_check says. Lock: ACCESS SHARE on live, ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
WITH copied AS (
    INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
    SELECT :expressions
      FROM ONLY :live AS live
     WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid
    RETURNING 1)
INSERT INTO :state.chunk (migration, pair, first_block, end_block, rows)
SELECT :migration, :pair, :first_block, :end_block, pg_catalog.count(*) FROM copied;
