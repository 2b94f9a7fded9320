-- Takes the next epoch of a migration: every transaction of an earlier run that is still under way
-- somewhere will fail before it commits. Lock: ROW EXCLUSIVE on our state.
INSERT INTO pgswap.lease AS l (migration, epoch) VALUES (:migration, 1)
ON CONFLICT (migration) DO UPDATE SET epoch = l.epoch + 1
RETURNING epoch;
