-- These keys are proven; those that are pending again are left to their own round. Lock: ROW EXCLUSIVE on our
-- own tables.
-- Parameters: the owner's.
DELETE FROM :applied;
UPDATE :state.pair SET keys_proven = keys_proven OPERATOR(pg_catalog.+) :count, proven_at = pg_catalog.clock_timestamp()
 WHERE migration OPERATOR(pg_catalog.=) :migration AND pair OPERATOR(pg_catalog.=) :pair;
SELECT :state.require_lease(:migration, :epoch);
