-- The key of a pending row in a range of addresses of the compacted log, as text. Lock: ACCESS SHARE
-- on our own table.
-- Parameters: the owner's.
SELECT ROW(:keys)::pg_catalog.text AS key
  FROM :dirty AS d
 WHERE d.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND d.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid
 LIMIT 1;
