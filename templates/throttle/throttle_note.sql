-- Adds to the time for which a signal has held a migration up. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration
   SET throttled = throttled || jsonb_build_object(:'signal', coalesce((throttled->>:'signal')::float8, 0) + :seconds::float8)
 WHERE id = :migration;
