-- The key of the row in a range of addresses of a heap of live, as text. Lock: ACCESS SHARE on the heap.
-- Parameters: the owner's.
SELECT ROW(:live_key)::pg_catalog.text AS key
  FROM ONLY :heap AS live
 WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid
 LIMIT 1;
