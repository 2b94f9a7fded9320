-- The roles are exchanged, and nobody was told; NOT VALID checks stand on standby from now on.
-- Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration
   SET live = :'live', hold = false, swap_xid = pg_current_xact_id(), backlog = 0, dual_write = false, dual_write_since = NULL, revert_problem = NULL, revert_problem_since = NULL,
       swap = swap || jsonb_build_object('swapped_at', clock_timestamp(), 'rows_drained', :rows_drained,
                                         'announced', false)
 WHERE id = :migration;
UPDATE :state.object SET done = true WHERE migration = :migration AND kind = 'check';
