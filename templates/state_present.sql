-- Whether the state schema is there, whether our role can use it, and its version. Lock: none.
SELECT n.oid IS NOT NULL AS present,
       n.oid IS NOT NULL AND has_schema_privilege(n.oid, 'USAGE') AS usable,
       n.oid IS NOT NULL AND has_schema_privilege(n.oid, 'CREATE') AS writable,
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'version') AS ours,
       pg_get_userbyid(n.nspowner) AS owner,
       has_database_privilege(current_database(), 'CREATE') AS may_create,
       quote_ident(current_database()) AS database,
       quote_ident(current_user) AS role
  FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = 'pgswap';
