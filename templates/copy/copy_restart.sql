-- Begins the copy again from an empty standby. Lock: ACCESS EXCLUSIVE on standby.
SELECT set_config('lock_timeout', '1min', true); -- autovacuum may be at it
TRUNCATE :standby_rows;
DELETE FROM :state.heap WHERE migration = :migration AND pair = :pair; -- and the chunks of them
INSERT INTO :state.event (migration, kind, detail)
VALUES (:migration, 'restart', jsonb_build_object('reason', :'reason'));
SELECT :state.require_lease(:migration, :epoch);
