-- Generates what makes a view once more from its own text, as name in schema. The text is printed as it is read
-- back under the owner's search_path (path), which is in force from here on. Lock: ACCESS SHARE on the view and what it
-- reads.
SELECT format('CREATE VIEW %I.%I (%s) AS %s', :'schema', :'name',
              (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = v.oid AND attnum > 0),
              rtrim(pg_get_viewdef(v.oid), ';')) AS statement
  FROM (SELECT :'view'::regclass AS oid) AS v
 WHERE (SELECT set_config('search_path', :'path', true)) IS NOT NULL;
