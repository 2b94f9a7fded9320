-- Whether capture triggers are on a table, and whether we may take them off: it may have been given to another role
-- since. No row: the table is gone. Lock: none.
SELECT pg_get_userbyid(c.relowner) AS owner, quote_ident(current_user) AS role, pg_has_role(c.relowner, 'USAGE') AS may,
       EXISTS (SELECT FROM pg_trigger t
                WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND starts_with(t.tgname, :'trigger' || '_')) AS captured
  FROM pg_class c WHERE c.oid = :live_oid;
