-- All objects of standby are to be made again. Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.object SET done = false WHERE migration = :migration AND pair = :pair;
