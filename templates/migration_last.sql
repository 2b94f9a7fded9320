-- The phase of the newest migration of a table. Lock: ACCESS SHARE on our state.
SELECT phase FROM pgswap.migration
 WHERE schema_name = :'schema' AND table_name = :'table'
 ORDER BY id DESC LIMIT 1;
