-- All objects of standby are to be made again, but for what an earlier swap left for afterwards. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.object SET done = false WHERE migration = :migration AND pair = :pair AND name <> 'after the swap';
