-- What an attempt to swap imposed, as an event and, with those before it, in the state. Lock: ROW
-- EXCLUSIVE on our state.
UPDATE :state.migration
   SET updated_at = now(),
       swap = swap || jsonb_build_object('attempts', :attempt, 'lock_held_ms', :lock_held_ms,
                                         'longest_wait_ms', :longest_wait_ms, 'waiters', :most_waiters,
                                         'waiters_longest_ms', :most_waiters_ms)
 WHERE id = :migration;
INSERT INTO :state.event (migration, kind, detail)
VALUES (:migration, 'swap attempt',
        jsonb_build_object('attempt', :attempt, 'outcome', coalesce(:'failure'::text, 'swapped'),
                           'lock_wait_ms', :lock_wait_ms, 'lock_held_ms', :lock_held_ms, 'waiters', :waiters,
                           'waiters_longest_ms', :waiters_longest_ms, 'rows_drained', :rows_drained));
