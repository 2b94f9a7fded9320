-- The pairs of a migration, in order. Lock: ACCESS SHARE on our state.
SELECT p.pair, p.schema_name, p.table_name, format('%I.%I', p.schema_name, p.table_name) AS live, quote_ident(p.table_name) AS name, p.blue, p.green, p.mapping, p.reverse, p.fingerprint, p.expected,
       EXISTS (SELECT FROM pg_class WHERE oid = p.blue AND relkind = 'p') AS blue_is_partitioned,
       EXISTS (SELECT FROM pg_class WHERE oid = p.green AND relkind = 'p') AS green_is_partitioned, p.blue_set, p.green_set
  FROM :state.pair p
 WHERE p.migration = :migration
 ORDER BY p.pair;
