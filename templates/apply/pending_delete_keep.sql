-- Takes the rows of all pending keys out of standby and keeps the columns that live does not have.
-- Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
WITH gone AS (
    DELETE FROM :standby_rows AS standby
     USING (SELECT :key_expressions
              FROM (SELECT :dirty_columns FROM :dirty AS d) AS live) AS pending
     WHERE :standby_match
    RETURNING :standby_key, :kept_columns)
INSERT INTO :kept SELECT * FROM gone;
