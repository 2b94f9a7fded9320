-- Generates the renames that give green's indexes, identity sequences and statistics the names
-- they have on blue. LIKE makes them in the order of blue's OIDs, so the n-th is the n-th. First
-- all of them step aside, so that no new name meets an old one. An invalid index is not carried.
-- Lock: ACCESS EXCLUSIVE on green's own objects.
WITH pair AS (
    SELECT 'INDEX' AS kind, g.relname AS green, b.relname AS blue, b.indisvalid AS valid, b.n
      FROM (SELECT c.relname, i.indisvalid, row_number() OVER (ORDER BY i.indexrelid) AS n
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = :blue) AS b
      JOIN (SELECT c.relname, row_number() OVER (ORDER BY i.indexrelid) AS n
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = :green) AS g
        USING (n)
    UNION ALL
    SELECT 'SEQUENCE', g.relname, b.relname, true, b.n
      FROM (SELECT c.relname, row_number() OVER (ORDER BY d.refobjsubid) AS n
              FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
             WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
               AND d.refobjid = :blue AND d.deptype = 'i') AS b
      JOIN (SELECT c.relname, row_number() OVER (ORDER BY d.refobjsubid) AS n
              FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
             WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
               AND d.refobjid = :green AND d.deptype = 'i') AS g
        USING (n)
    UNION ALL
    SELECT 'STATISTICS', g.stxname, b.stxname, true, b.n
      FROM (SELECT stxname, row_number() OVER (ORDER BY oid) AS n
              FROM pg_statistic_ext WHERE stxrelid = :blue) AS b
      JOIN (SELECT stxname, row_number() OVER (ORDER BY oid) AS n
              FROM pg_statistic_ext WHERE stxrelid = :green) AS g
        USING (n))
SELECT statement FROM (
    SELECT 1, n, format('ALTER %s %I.%I RENAME TO %I', kind, :'schema', green, 'pgswap_' || lower(kind) || n)
      FROM pair WHERE valid
    UNION ALL
    SELECT 0, n, format('DROP INDEX %I.%I', :'schema', green) FROM pair WHERE NOT valid
    UNION ALL
    SELECT 2, n, format('ALTER %s %I.%I RENAME TO %I', kind, :'schema', 'pgswap_' || lower(kind) || n, blue)
      FROM pair WHERE valid) AS s(step, n, statement)
 ORDER BY step, n;
