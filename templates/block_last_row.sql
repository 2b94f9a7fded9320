-- The highest row number in a block of live or of the compacted log, and the number of blocks.
-- Lock: ACCESS SHARE.
SELECT coalesce(max((ctid::text::point)[1]::bigint), 0) AS last_row
  FROM ONLY :table
 WHERE ctid >= :'first_tid'::tid AND ctid < :'end_tid'::tid;
