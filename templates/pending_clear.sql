-- The keys are applied. Lock: ROW EXCLUSIVE on our own table.
DELETE FROM :dirty;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT pgswap.require_lease(:migration, :epoch);
