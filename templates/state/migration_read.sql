-- A migration by its number. Lock: ACCESS SHARE on our state.
SELECT id, schema_name, table_name, phase, live, spec_hash, hold, dual_write, no_way_back,
       swap_xid IS NOT NULL AS swapped_before, parameters
  FROM :state.migration WHERE id = :migration;
