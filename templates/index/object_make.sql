-- Makes a remembered object and says so in the state, in one transaction. Lock: SHARE on standby for
-- an index, ACCESS EXCLUSIVE on standby for a constraint; what the statement says after the swap.
-- Parameters: the owner's.
:parameters
SELECT pg_catalog.set_config('lock_timeout', :'lock_timeout', true);
:statement;
UPDATE :state.object SET done = true
 WHERE migration OPERATOR(pg_catalog.=) :migration AND pair OPERATOR(pg_catalog.=) :pair
   AND ordinal OPERATOR(pg_catalog.=) :ordinal;
SELECT :state.require_lease(:migration, :epoch);
