-- What the catalog says of a table. Lock: ACCESS SHARE, for the size.
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS qualified,
       pg_get_userbyid(c.relowner) AS owner,
       quote_ident(pg_get_userbyid(c.relowner)) AS quoted_owner,
       quote_ident(current_user) AS role,
       pg_has_role(c.relowner, 'USAGE') AS is_owner,
       has_schema_privilege(n.oid, 'CREATE') AS may_create_in_schema,
       has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
       has_tablespace_privilege(coalesce(nullif(c.reltablespace, 0), d.dattablespace), 'CREATE')
           AS may_use_tablespace,
       quote_ident(current_database()) AS database,
       greatest(c.reltuples, 0)::bigint AS rows_estimated,
       pg_relation_filenode(c.oid) AS filenode,
       pg_relation_size(c.oid) / current_setting('block_size')::bigint AS blocks,
       pg_table_size(c.oid) AS table_bytes,
       pg_indexes_size(c.oid) AS index_bytes,
       current_setting('server_version') AS server_version,
       current_setting('max_locks_per_transaction')::bigint
           * (current_setting('max_connections')::bigint
              + current_setting('max_prepared_transactions')::bigint) AS lock_slots,
       pg_is_in_recovery() AS in_recovery
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_database d ON d.datname = current_database()
 WHERE c.oid = :oid;
