-- Rows of live in a range of blocks, through the mapping, without the pending keys. Lock: ACCESS
-- SHARE on live.
COPY (
    SELECT :fields
      FROM ONLY :live AS live
     WHERE live.ctid >= :'first_tid'::tid AND live.ctid < :'end_tid'::tid
       AND NOT EXISTS (SELECT FROM :dirty AS d WHERE :live_match)
       AND NOT EXISTS (SELECT FROM :log AS d WHERE :live_match)
) TO STDOUT (FORMAT binary);
