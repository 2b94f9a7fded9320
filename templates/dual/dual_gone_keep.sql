-- The same, and keeps the columns that live does not have. Lock: ROW EXCLUSIVE on standby.
-- Parameters: the owner's.
WITH gone AS (
    DELETE FROM :standby_rows AS standby
     USING :part_dual_pending
     WHERE :standby_match
    RETURNING :standby_key, :kept_columns)
INSERT INTO :kept SELECT * FROM gone;
