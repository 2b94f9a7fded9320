-- Capture writes keys to the change log again, at once. Lock: none.
SELECT :state.dual_write_until('-infinity', :migration) AS functions;
