-- Generates what drops the table that is not in use: the new one, or after the swap the old one. Never CASCADE: what
-- still hangs on it is a mistake, and the server says so. Lock: ACCESS EXCLUSIVE on it and its parent of ours, which
-- nobody uses.
SELECT statement FROM (
    SELECT 1, format('DROP TABLE %I.%I', n.nspname, c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = :standby_oid AND n.nspname = :'standby_schema'
    UNION ALL
    -- (see green_create.sql)
    SELECT 2, format('DROP TABLE %I.pgswap_parent', n.nspname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = 'pgswap_parent' AND n.nspname IN (:'standby_schema', :'away_schema')
    UNION ALL
    SELECT 3, format('DROP SCHEMA %I', nspname)
      FROM pg_namespace WHERE nspname IN (:'standby_schema', :'away_schema')) AS s(step, statement)
 ORDER BY step;
