-- Puts what live holds for the locked rows into standby. Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
SELECT :expressions
  FROM :live_rows AS live
 WHERE EXISTS (SELECT FROM :held AS d WHERE d.present AND :live_match);
