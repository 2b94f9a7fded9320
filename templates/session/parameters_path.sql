-- The search_path of the table's owner, until parameters_ours or the end of the transaction. Lock: none.
SELECT pg_catalog.set_config('search_path', :'path', true);
