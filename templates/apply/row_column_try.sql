-- Tries the value of one column for the rows in a range of addresses of a heap of live: the error tells whether this
-- column is to blame. To be rolled back.
-- Lock: ACCESS SHARE on the heap.
-- Parameters: the owner's.
CREATE TABLE :"standby_schema".pgswap_try (value :type);
INSERT INTO :"standby_schema".pgswap_try
SELECT :expression
  FROM ONLY :heap AS live
 WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid;
