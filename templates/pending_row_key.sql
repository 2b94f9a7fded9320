-- The key of a pending row in a range of addresses of the compacted log, as text. Lock: ACCESS SHARE
-- on our own table.
SELECT ROW(:keys)::text AS key
  FROM :dirty AS d
 WHERE d.ctid >= :'first_tid'::tid AND d.ctid < :'end_tid'::tid
 LIMIT 1;
