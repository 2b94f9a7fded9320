-- Takes a migration out of the state, and the state itself if it was the only one. Lock: on our
-- state only.
DELETE FROM pgswap.migration WHERE id = :migration;
