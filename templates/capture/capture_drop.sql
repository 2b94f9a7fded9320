-- Generates what takes the capture off a table: triggers. Lock: ACCESS EXCLUSIVE on the table.
SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) AS statement
  FROM pg_trigger
 WHERE NOT tgisinternal AND starts_with(tgname, :'trigger' || '_') AND tgrelid IN (:live_oid);
