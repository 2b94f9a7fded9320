-- The roles are exchanged, and nobody was told; every row fits the other table by now. NOT VALID checks are on
-- standby from now on. Lock: ROW EXCLUSIVE on our state.
UPDATE pgswap.migration
   SET live = :'live', hold = false, swap_xid = pg_current_xact_id(), backlog = 0, revert_problem = NULL, revert_problem_since = NULL,
       swap = swap || jsonb_build_object('swapped_at', clock_timestamp(), 'rows_drained', :rows_drained,
                                         'announced', false)
 WHERE id = :migration;
UPDATE pgswap.object SET done = true WHERE migration = :migration AND kind = 'check';
