-- What the catalog says of a table. Lock: ACCESS SHARE for a moment, for the size.
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
       format('%I.%I', n.nspname, c.relname) AS qualified,
       greatest(c.reltuples, 0)::bigint AS rows_estimated,
       pg_table_size(c.oid) AS table_bytes,
       pg_indexes_size(c.oid) AS index_bytes
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = :oid;
