-- The text of a view, as the description has it. Lock: none.
SELECT pg_get_viewdef(:'view'::regclass) AS text;
