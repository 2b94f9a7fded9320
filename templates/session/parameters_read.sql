-- The parameters that values can depend on, as a new session of the table's owner has them (or one of
-- our own role, if the owner cannot log in): what the server, the database and the role say. To be read
-- on a connection that brought no options of its own. Lock: none.
WITH role AS (
    SELECT coalesce(o.oid, s.oid) AS oid, coalesce(o.rolname, s.rolname) AS name
      FROM pg_roles s
      LEFT JOIN (pg_class c JOIN pg_roles o ON o.oid = c.relowner AND o.rolcanlogin) ON c.oid = :table
     WHERE s.rolname = session_user),
-- ALTER DATABASE and ALTER ROLE … SET: the most special one counts
given AS (
    SELECT DISTINCT ON (lower(split_part(o, '=', 1))) split_part(o, '=', 1) AS name, substr(o, strpos(o, '=') + 1) AS value
      FROM role, pg_db_role_setting s, unnest(s.setconfig) AS o
     WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
       AND s.setrole IN (0, role.oid)
     ORDER BY lower(split_part(o, '=', 1)), s.setrole <> 0 DESC, s.setdatabase <> 0 DESC),
server AS (
    SELECT s.name, s.reset_val AS value FROM pg_settings s
     WHERE s.name IN ('search_path', 'TimeZone', 'timezone_abbreviations', 'DateStyle', 'IntervalStyle', 'extra_float_digits',
                      'bytea_output', 'xmloption', 'xmlbinary', 'lc_monetary', 'lc_numeric', 'lc_time',
                      'default_text_search_config', 'array_nulls', 'transform_null_equals', 'backslash_quote',
                      'quote_all_identifiers')
        -- of extensions
        OR (strpos(s.name, '.') > 0 AND s.name NOT LIKE 'pgswap.%' AND s.context IN ('user', 'superuser')
            AND s.reset_val IS DISTINCT FROM s.boot_val))
SELECT jsonb_build_object('role', (SELECT name FROM role),
                          'values', jsonb_object_agg(p.name, p.value)) AS parameters
  FROM (SELECT server.name, coalesce(given.value, server.value) AS value
          FROM server LEFT JOIN given ON lower(given.name) = lower(server.name)
        UNION ALL
        -- one that the server did not take for our own session is in force for nobody
        SELECT given.name, CASE WHEN role.name = session_user THEN current_setting(given.name, true) ELSE given.value END
          FROM role, given
         WHERE strpos(given.name, '.') > 0 AND given.name NOT LIKE 'pgswap.%'
           AND NOT EXISTS (SELECT FROM server WHERE lower(server.name) = lower(given.name))) AS p
 WHERE p.value IS NOT NULL;
