-- The states that this session may read, and that are what they seem: tables of the owner of the schema, without
-- anything by which reading them would run what he has written. is_owners: it is that of the owner of a
-- table (0: of none). Lock: none.
SELECT n.nspname AS name, t.oid IS NOT NULL AS is_owners, s.tables = 9 AS whole
  FROM pg_namespace n
  LEFT JOIN pg_class t ON t.oid = :table AND t.relowner = n.nspowner
 CROSS JOIN LATERAL (
    SELECT count(*) AS tables, bool_or(c.relname = 'version') AS has_version,
           bool_and(c.relkind = 'r' AND c.relowner = n.nspowner AND c.relpersistence = 'p' AND has_table_privilege(c.oid, 'SELECT')
                    AND NOT (c.relrowsecurity OR c.relhasrules OR c.relhassubclass)
                    AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
                                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND y.typnamespace <> 'pg_catalog'::regnamespace)) AS is_good
      FROM pg_class c
     WHERE c.relnamespace = n.oid
       AND c.relname IN ('version', 'migration', 'lease', 'pair', 'heap', 'chunk', 'object', 'parity', 'event')) AS s
 WHERE n.nspname ~ '^pgswap(_[0-9]+)?$' AND has_schema_privilege(n.oid, 'USAGE') AND s.has_version AND s.is_good
 ORDER BY n.oid;
