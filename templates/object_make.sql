-- Makes a remembered object and says so in the state, in one transaction. Lock: SHARE on standby for
-- an index, ACCESS EXCLUSIVE on standby for a constraint; what the statement says after the swap.
SELECT set_config('lock_timeout', :'lock_timeout', true);
:statement;
UPDATE pgswap.object SET done = true
 WHERE migration = :migration AND pair = :pair AND ordinal = :ordinal;
SELECT pgswap.require_lease(:migration, :epoch);
