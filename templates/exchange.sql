-- Generates the exchange of live and standby: a rename across schemas, with what does not follow a
-- table by itself (extended statistics). Lock: ACCESS EXCLUSIVE on both, and on their sequences.
SELECT statement FROM (
    SELECT 1, s.oid, format('ALTER STATISTICS %I.%I SET SCHEMA %I', n.nspname, s.stxname, :'away')
      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = :live
    UNION ALL
    SELECT 2, c.oid, format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, :'away')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :live
    UNION ALL
    SELECT 3, c.oid, format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, :'home')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :standby
    UNION ALL
    SELECT 4, s.oid, format('ALTER STATISTICS %I.%I SET SCHEMA %I', n.nspname, s.stxname,
                            coalesce((SELECT bn.nspname FROM pg_statistic_ext b JOIN pg_namespace bn ON bn.oid = b.stxnamespace
                                       WHERE b.stxrelid = :live AND b.stxname = s.stxname), :'home'))
      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = :standby
    ) AS s(step, n, statement)
 ORDER BY step, n;
