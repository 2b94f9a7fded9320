-- Says in the state that a remembered object needs no work any more: what it is about was dropped.
-- Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.object SET done = true
 WHERE migration = :migration AND pair = :pair AND ordinal = :ordinal;
SELECT pgswap.require_lease(:migration, :epoch);
