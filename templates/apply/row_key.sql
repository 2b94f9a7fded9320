-- The key of the row of live in a range of row addresses, as text. Lock: ACCESS SHARE on live.
-- Parameters: the owner's.
SELECT ROW(:live_key)::pg_catalog.text AS key
  FROM ONLY :live AS live
 WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid
 LIMIT 1;
