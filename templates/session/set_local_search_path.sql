-- The search_path that the connection was made with, by which the user names the table; until the end of
-- the transaction. Lock: none.
SET LOCAL search_path TO DEFAULT;
