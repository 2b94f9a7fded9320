-- Whether all capture triggers are on live and fire always; somebody may have dropped them or
-- switched them off (DISABLE TRIGGER ALL). And whether an unlogged standby has outlived a crash of the
-- server. Lock: ACCESS SHARE on our own table.
SELECT count(*) FILTER (WHERE tgenabled = 'A')
       = CASE WHEN bool_or(tgname = :'trigger' || '_row') THEN 2 ELSE 4 END
       AND (EXISTS (SELECT FROM pg_class WHERE oid = :standby_oid AND relpersistence <> 'u')
            OR EXISTS (SELECT FROM :alive)) AS whole,
       count(*) AS present
  FROM pg_trigger
 WHERE tgrelid = :live_oid AND NOT tgisinternal AND starts_with(tgname, :'trigger' || '_');
