-- What the swap imposed, so far. Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.migration
   SET updated_at = now(),
       swap = swap || jsonb_build_object('attempts', :attempts, 'lock_held_ms', :lock_held_ms,
                                         'longest_wait_ms', :longest_wait_ms)
 WHERE id = :migration;
