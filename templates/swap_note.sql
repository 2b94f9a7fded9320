-- What the swap imposed, so far, and the attempt as an event. Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.migration
   SET updated_at = now(),
       swap = swap || jsonb_build_object('attempts', :attempts, 'lock_held_ms', :lock_held_ms,
                                         'longest_wait_ms', :longest_wait_ms, 'waiters', :waiters,
                                         'waiters_longest_ms', :waiters_longest_ms)
 WHERE id = :migration;
INSERT INTO pgswap.event (migration, kind, detail)
VALUES (:migration, 'swap attempt',
        jsonb_build_object('outcome', :'outcome', 'attempt', :attempts, 'lock_held_ms', :lock_held_ms));
