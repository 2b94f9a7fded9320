-- The keys are applied. What is applied after the tables were proven equal is looked at again (phase/proof).
-- Lock: ROW EXCLUSIVE on our own tables.
-- Parameters: the owner's.
INSERT INTO :applied (:keys)
SELECT :keys FROM :dirty WHERE :state.is_proven(:migration, :pair)
    ON CONFLICT (:keys) DO NOTHING;
DELETE FROM :dirty;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT :state.require_lease(:migration, :epoch);
