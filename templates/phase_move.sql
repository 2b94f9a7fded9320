-- Moves a migration from one phase to the next, in the transaction of the work. Lock: ROW EXCLUSIVE
-- on our state.
WITH moved AS (
    UPDATE pgswap.migration SET phase = :'to', updated_at = now(), error = NULL, waiting_for = NULL
     WHERE id = :migration AND phase = :'from'
    RETURNING id),
noted AS (
    INSERT INTO pgswap.event (migration, kind, detail)
    SELECT id, 'phase', jsonb_build_object('from', :'from', 'to', :'to') FROM moved)
SELECT pgswap.require((SELECT count(*) FROM moved) = 1, 'PS002',
                      'another pgswap has taken over this migration'),
       pgswap.require_lease(:migration, :epoch);
