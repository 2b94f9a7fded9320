-- The roles are exchanged. Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.migration
   SET live = :'live', swap_xid = pg_current_xact_id(), backlog = 0,
       swap = swap || jsonb_build_object('swapped_at', clock_timestamp(), 'rows_drained', :rows_drained)
 WHERE id = :migration;
