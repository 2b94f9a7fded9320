-- Generates the lock of standby, which nobody uses but capture while it writes both tables, for the transaction of an
-- attempt; it waits until an autovacuum gives way, which takes it deadlock_timeout. Lock: ACCESS EXCLUSIVE on standby,
-- or SHARE UPDATE EXCLUSIVE.
SELECT format('SET LOCAL lock_timeout = ''3s''; LOCK TABLE %s%I.%I IN %s MODE',
              CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END, n.nspname, c.relname,
              CASE WHEN :dual_write THEN 'SHARE UPDATE EXCLUSIVE' ELSE 'ACCESS EXCLUSIVE' END) AS statement
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = :standby_oid AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE');
