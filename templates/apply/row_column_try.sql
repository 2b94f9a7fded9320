-- Tries the value of one column for the rows in a range of addresses: the error tells whether this
-- column is to blame. To be rolled back.
-- Lock: ACCESS SHARE on live.
-- Parameters: the owner's.
CREATE TABLE :"standby_schema".pgswap_try (value :type);
INSERT INTO :"standby_schema".pgswap_try
SELECT :expression
  FROM ONLY :live AS live
 WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid;
