-- Makes a remembered object again and says so in the state, in one transaction. Lock: SHARE on
-- standby for an index, ACCESS EXCLUSIVE on standby for a constraint.
:statement;
UPDATE pgswap.object SET done = true
 WHERE migration = :migration AND pair = :pair AND ordinal = :ordinal;
SELECT pgswap.require_lease(:migration, :epoch);
