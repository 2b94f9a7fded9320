-- Tries the rows of a range of pending keys on standby; to be rolled back. Lock: as pending_insert.
-- Parameters: the owner's.
INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
SELECT :expressions
  FROM :live_rows AS live
 WHERE EXISTS (SELECT FROM :dirty AS d
                WHERE :live_match AND d.ctid OPERATOR(pg_catalog.>=) :'first_tid'::pg_catalog.tid AND d.ctid OPERATOR(pg_catalog.<) :'end_tid'::pg_catalog.tid);
