-- From here on to the end of the transaction texts are read back as on the scene of rehearsal_scene.sql, and what a
-- function returns is checked, which is left off while the swap makes it again. Lock: none.
-- Parameters: the owner's.
SELECT pg_catalog.set_config('search_path', :'path', true), pg_catalog.set_config('check_function_bodies', 'on', true);
