-- Forgets what an earlier swap of this migration left for afterwards, but for what is not validated or
-- refreshed yet: that is to be done on the other side, too, by the same statement. Lock: ROW EXCLUSIVE
-- on our state.
UPDATE :state.object SET kind = 'validate ' || :'standby'
 WHERE migration = :migration AND name = 'after the swap' AND kind = 'validate ' || :'live' AND NOT done;
DELETE FROM :state.object
 WHERE migration = :migration AND name = 'after the swap' AND (done OR kind <> 'validate ' || :'standby');
UPDATE :state.object SET done = false WHERE migration = :migration AND kind ~ '^(validate|settle) ';
