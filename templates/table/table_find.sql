-- Finds a table by the name the user gave; without a schema, along the role's own search_path.
-- Lock: none.
-- Parameters: the owner's.
SELECT c.oid, n.nspname AS schema, c.relname AS name, pg_catalog.format('%I.%I', n.nspname, c.relname) AS qualified
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE c.relname OPERATOR(pg_catalog.=) :'table'
   AND (n.nspname OPERATOR(pg_catalog.=) :'schema'
        OR (:'schema' IS NULL AND pg_catalog.pg_table_is_visible(c.oid)));
