-- Back to our own search_path. Lock: none.
SELECT set_config('search_path', 'pg_catalog, pg_temp', true);
