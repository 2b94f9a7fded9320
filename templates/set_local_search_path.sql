-- The role's own search_path, for the user's change; until the end of the transaction or the next
-- call of pin_search_path. Lock: none.
SELECT set_config('search_path', current_setting('pgswap.search_path'), true);
