-- Tries the rows of a range of addresses of a heap of live on standby; to be rolled back. Lock: as chunk_copy.
-- Parameters: the owner's.
INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
SELECT :expressions
  FROM ONLY :heap AS live
 WHERE live.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND live.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid;
