-- Rows of a heap of live in a range of blocks, through the mapping, without the pending keys. Lock: ACCESS
-- SHARE on the heap.
-- Parameters: the owner's.
COPY (
    SELECT :fields
      FROM ONLY :heap AS live
     WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid
       AND NOT EXISTS (SELECT FROM :dirty AS d WHERE :live_match)
       AND NOT EXISTS (SELECT FROM :log AS d WHERE :live_match)
) TO STDOUT (FORMAT binary);
