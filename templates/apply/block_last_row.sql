-- The highest row number in a block of a heap, of live or of the compacted log. Lock: ACCESS SHARE on it.
-- Parameters: the owner's.
SELECT coalesce(pg_catalog.max((ctid::pg_catalog.text::pg_catalog.point)[1]::bigint), 0) AS last_row
  FROM ONLY :heap
 WHERE ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid;
