-- Moves keys from the change log into its compacted form, one row a key; a TRUNCATE's marker (all
-- NULL) stays. What capture has written to both tables is to be looked at as what is applied. Lock: ROW EXCLUSIVE on our own tables.
-- Parameters: the owner's.
WITH moved AS (
    DELETE FROM :log WHERE k1 IS DISTINCT FROM NULL RETURNING :keys)
INSERT INTO :dirty (:keys)
SELECT DISTINCT :keys FROM moved
    ON CONFLICT (:keys) DO NOTHING;
WITH moved AS (
    DELETE FROM :written RETURNING :keys)
INSERT INTO :applied (:keys)
SELECT DISTINCT :keys FROM moved
    ON CONFLICT (:keys) DO NOTHING;
SELECT :state.require_lease(:migration, :epoch);
