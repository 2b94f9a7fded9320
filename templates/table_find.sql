-- Finds a table by the name the user gave; without a schema, along the role's own search_path.
-- Lock: none.
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = :'table'
   AND (n.nspname = :'schema'
        OR (:'schema' IS NULL AND pg_table_is_visible(c.oid)));
