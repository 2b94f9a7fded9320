-- These keys are proven; those that are pending again are left to their own round. Lock: ROW EXCLUSIVE on our
-- own tables.
DELETE FROM :applied;
UPDATE pgswap.pair SET keys_proven = keys_proven + :keys, proven_at = clock_timestamp()
 WHERE migration = :migration AND pair = :pair;
SELECT pgswap.require_lease(:migration, :epoch);
