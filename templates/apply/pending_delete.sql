-- Takes the rows of all pending keys out of standby. Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
DELETE FROM :standby_rows AS standby
 USING (SELECT :key_expressions
          FROM (SELECT :dirty_columns FROM :dirty AS d) AS live) AS pending
 WHERE :standby_match;
