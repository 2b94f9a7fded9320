-- Moves a migration from one phase to the next, in the transaction of the work. Lock: ROW EXCLUSIVE
-- on our state.
WITH moved AS (
    UPDATE :state.migration SET phase = :'to', updated_at = now(), error = NULL, waiting_for = NULL
     WHERE id = :migration AND phase = :'from'
    RETURNING id),
noted AS (
    INSERT INTO :state.event (migration, kind, detail)
    SELECT id, 'phase', jsonb_build_object('from', :'from', 'to', :'to', 'by', session_user) FROM moved)
SELECT :state.require((SELECT count(*) FROM moved) = 1, 'PS002',
                      'another pgswap has taken over this migration'),
       :state.require_lease(:migration, :epoch);
