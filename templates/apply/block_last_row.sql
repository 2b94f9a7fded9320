-- The highest row number in a block of live or of the compacted log, and the number of blocks.
-- Lock: ACCESS SHARE.
-- Parameters: the owner's.
SELECT coalesce(pg_catalog.max((ctid::pg_catalog.text::pg_catalog.point)[1]::bigint), 0) AS last_row
  FROM ONLY :table
 WHERE ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid;
