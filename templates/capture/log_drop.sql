-- Generates what ends the change logs and trigger functions of a migration. Lock: on our own
-- objects only.
SELECT statement FROM (
    SELECT 1, '', format('DROP FUNCTION %s', p.oid::regprocedure)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = :'state' AND p.proname ~ ('^capture_' || :migration || '_\d+_' || :'colour')
    UNION ALL
    SELECT 2, c.relname::text, format('DROP TABLE %s', c.oid::regclass)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = :'state' AND c.relkind = 'r'
       AND c.relname ~ ('^(log|dirty|applied|written|held|kept|alive|reserve)_' || :migration || '_\d+_' || :'colour')) AS s(step, name, statement)
 ORDER BY step, name COLLATE "C" DESC; -- sets before what they are read through
