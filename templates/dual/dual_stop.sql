-- Capture writes keys to the change log again, at once. Lock: ROW SHARE on our state.
SELECT :state.dual_write_until('-infinity', :migration) AS functions;
