-- Capture writes both tables from now on, or may have done so until now. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration SET dual_write = :on, dual_write_since = CASE WHEN :on THEN coalesce(dual_write_since, clock_timestamp()) END, updated_at = now()
 WHERE id = :migration;
INSERT INTO :state.event (migration, kind, detail)
VALUES (:migration, 'dual write', jsonb_build_object('on', :on, 'by', session_user));
SELECT :state.require_lease(:migration, :epoch);
