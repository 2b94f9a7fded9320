-- Records the outcome of a parity pass, which has looked at what was applied before it, too. Lock: ROW EXCLUSIVE
-- on our state.
INSERT INTO :state.parity (migration, pair, state, rows_compared, rows_different, live)
VALUES (:migration, :pair, :'outcome', :rows_compared, :rows_different, :'live_colour')
ON CONFLICT (migration, pair) DO UPDATE
   SET state = excluded.state, rows_compared = excluded.rows_compared,
       rows_different = excluded.rows_different, live = excluded.live, finished_at = now();
INSERT INTO :state.event (migration, kind, detail)
VALUES (:migration, 'parity', jsonb_build_object('state', :'outcome', 'rows_compared', :rows_compared,
                                                'rows_different', :rows_different));
DELETE FROM :applied WHERE :'outcome' = 'clean';
