-- Fixes what is to be copied: the heap as it stands now that capture is in place. Keys that are
-- pending already are forgotten: every chunk will see what they stand for. Lock: ACCESS SHARE on
-- live, for this transaction.
SELECT set_config('lock_timeout', '10min', true);
LOCK TABLE ONLY :live IN ACCESS SHARE MODE;
DELETE FROM :log;
DELETE FROM :dirty;
DELETE FROM :applied;
SELECT :state.require_table(:'live', :live_oid);
UPDATE :state.pair
   SET filenode = pg_relation_filenode(:'live'::regclass),
       blocks = pg_relation_size(:'live'::regclass) / current_setting('block_size')::bigint
 WHERE migration = :migration AND pair = :pair;
SELECT :state.require_lease(:migration, :epoch);
SELECT filenode, blocks FROM :state.pair WHERE migration = :migration AND pair = :pair;
