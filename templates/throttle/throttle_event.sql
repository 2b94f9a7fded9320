-- Records that a signal holds a migration up (seconds NULL), or did so for so long. Lock: ROW EXCLUSIVE on our state.
INSERT INTO :state.event (migration, kind, detail)
SELECT id, 'throttle', jsonb_strip_nulls(jsonb_build_object('signal', :'signal', 'waiting_for', :'waiting_for', 'seconds', :seconds::float8))
  FROM :state.migration WHERE id = :migration;
