-- Puts what live holds for the pending keys into standby. Lock: ACCESS SHARE on live, ROW EXCLUSIVE
-- on standby.
-- Parameters: the owner's.
INSERT INTO :standby (:columns) OVERRIDING SYSTEM VALUE
SELECT :expressions
  FROM :live_rows AS live
 WHERE EXISTS (SELECT FROM :dirty AS d WHERE :live_match);
