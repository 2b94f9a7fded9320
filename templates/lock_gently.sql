-- Generates locks that stop no reader and no writer: standby, which nobody uses, and those tables among
-- others that are ours. They wait until an autovacuum gives way, which takes it deadlock_timeout.
-- Lock: ACCESS EXCLUSIVE on standby, SHARE UPDATE EXCLUSIVE on the others.
SELECT statement FROM (
    SELECT 0, 0::oid, 'SET LOCAL lock_timeout = ''3s'''
    UNION ALL
    SELECT CASE c.oid WHEN :standby THEN 1 ELSE 2 END, c.oid,
           format('LOCK TABLE ONLY %I.%I IN %s MODE', n.nspname, c.relname,
                  CASE c.oid WHEN :standby THEN 'ACCESS EXCLUSIVE' ELSE 'SHARE UPDATE EXCLUSIVE' END)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid IN (:standby, :relations) AND c.relkind IN ('r', 'p')
       AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')) AS s(step, oid, statement)
 ORDER BY step, oid;
