-- Says in the state that a remembered object needs no work any more: what it is about was dropped.
-- Lock: ROW EXCLUSIVE on our state.
UPDATE :state.object SET done = true
 WHERE migration = :migration AND pair = :pair AND ordinal = :ordinal;
SELECT :state.require_lease(:migration, :epoch);
