-- Rows of a heap of standby in a range of blocks, without the pending keys. Lock: ACCESS SHARE on the heap.
-- Parameters: the owner's.
COPY (
    SELECT :fields
      FROM ONLY :heap AS standby
     WHERE standby.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND standby.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid
       AND NOT EXISTS (
               SELECT FROM (SELECT :key_expressions
                              FROM (SELECT :dirty_columns FROM :dirty AS d
                                    UNION ALL
                                    SELECT :dirty_columns FROM :log AS d WHERE d.k1 IS DISTINCT FROM NULL) AS live) AS pending
                WHERE :standby_match)
) TO STDOUT (FORMAT binary);
