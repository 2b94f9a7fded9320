-- What a query of the user's answers. Lock: its own.
WITH answer(value) AS (
:query
) SELECT value::text AS value FROM answer LIMIT 2;
