-- Generates the exchange of live and standby: a rename across schemas, with what does not follow a
-- table by itself (extended statistics). Lock: ACCESS EXCLUSIVE on both, and on their sequences.
SELECT statement FROM (
    SELECT 1, s.oid, format('ALTER STATISTICS %I.%I SET SCHEMA %I', n.nspname, s.stxname, :'away_schema')
      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = :live_oid
    UNION ALL
    SELECT 2, c.oid, format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, :'away_schema')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :live_oid
    UNION ALL
    SELECT 3, c.oid, format('ALTER TABLE %I.%I SET SCHEMA %I', n.nspname, c.relname, :'schema')
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :standby_oid
    UNION ALL
    SELECT 4, s.oid, format('ALTER STATISTICS %I.%I SET SCHEMA %I', n.nspname, s.stxname,
                            coalesce((SELECT bn.nspname FROM pg_statistic_ext b JOIN pg_namespace bn ON bn.oid = b.stxnamespace
                                       WHERE b.stxrelid = :live_oid AND b.stxname = s.stxname), :'schema'))
      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = :standby_oid
    ) AS s(step, n, statement)
 ORDER BY step, n;
