-- Capture goes on writing both tables until later, unless somebody has paused the migration. Lock: ROW SHARE on our
-- state.
SELECT :state.dual_write_until(clock_timestamp() + :'lasting'::interval, id) AS functions
  FROM :state.migration WHERE id = :migration AND NOT paused;
