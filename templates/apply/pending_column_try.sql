-- Tries the value of one column for the rows of a range of pending keys. To be rolled back.
-- Lock: ACCESS SHARE on live.
-- Parameters: the owner's.
CREATE TABLE :"standby_schema".pgswap_try (value :type);
INSERT INTO :"standby_schema".pgswap_try
SELECT :expression
  FROM :live_rows AS live
 WHERE EXISTS (SELECT FROM :dirty AS d
                WHERE :live_match AND d.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND d.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid);
