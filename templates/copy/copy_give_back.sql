-- Empties standby because the disk is full, and forgets what was copied; what there is to copy stays as it
-- was fixed, so nothing has to grow for this but the catalog. Lock: ACCESS EXCLUSIVE on standby.
SELECT set_config('lock_timeout', '1min', true); -- autovacuum may be at it
TRUNCATE :standby_rows;
DELETE FROM :state.chunk WHERE migration = :migration AND pair = :pair;
SELECT :state.require_lease(:migration, :epoch);
