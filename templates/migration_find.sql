-- The newest migration of a table that is not over. Lock: ACCESS SHARE on our state.
SELECT id FROM pgswap.migration
 WHERE schema_name = :'schema' AND table_name = :'table' AND phase NOT IN ('finished', 'aborted')
 ORDER BY id DESC LIMIT 1;
