-- Generates locks that stop no reader and no writer, on those tables among others that are ours.
-- Lock: SHARE UPDATE EXCLUSIVE on them.
SELECT format('LOCK TABLE ONLY %I.%I IN SHARE UPDATE EXCLUSIVE MODE', n.nspname, c.relname) AS statement
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid IN (:relations) AND c.relkind IN ('r', 'p')
   AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
 ORDER BY c.oid;
