-- Begins the copy again from an empty standby. Lock: ACCESS EXCLUSIVE on standby.
SELECT set_config('lock_timeout', '1min', true); -- autovacuum may be at it
TRUNCATE ONLY :standby;
DELETE FROM pgswap.chunk WHERE migration = :migration AND pair = :pair;
UPDATE pgswap.pair SET filenode = NULL, blocks = NULL WHERE migration = :migration AND pair = :pair;
INSERT INTO pgswap.event (migration, kind, detail)
VALUES (:migration, 'restart', jsonb_build_object('reason', :'reason'));
SELECT pgswap.require_lease(:migration, :epoch);
