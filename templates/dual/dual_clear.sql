-- These keys are applied, and to be looked at again as in pending_clear. Lock: ROW EXCLUSIVE on our own tables.
-- Parameters: the owner's.
INSERT INTO :applied (:keys)
SELECT :keys FROM :held WHERE :state.is_proven(:migration, :pair)
    ON CONFLICT (:keys) DO NOTHING;
DELETE FROM :held;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT :state.require_lease(:migration, :epoch);
