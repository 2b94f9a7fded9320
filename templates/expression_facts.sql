-- The server's own spelling of a probed expression, and what in it is not determined by the row:
-- volatile functions, the clock, the session, other tables. The parse tree is read as text, since
-- pg_depend does not know built-in functions. Lock: none.
WITH tree AS (
    SELECT v.oid, pg_get_viewdef(v.oid) AS definition, r.ev_action::text AS text
      FROM pg_class v
      JOIN pg_namespace n ON n.oid = v.relnamespace
      JOIN pg_rewrite r ON r.ev_class = v.oid AND r.rulename = '_RETURN'
     WHERE n.nspname = :'schema' AND v.relname = :'view'),
used AS (
    SELECT DISTINCT p.oid, p.proname, p.provolatile, p.pronargs
      FROM tree, regexp_matches(tree.text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') AS m(id)
      JOIN pg_proc p ON p.oid = m.id[1]::oid
     WHERE p.oid <> 0)
SELECT substr(regexp_replace(definition, ' AS pgswap_value\n.*$', ''), 9) AS expression,
       format_type(a.atttypid, a.atttypmod) AS type,
       (SELECT string_agg(format('%s(%s) is volatile', proname, pg_get_function_identity_arguments(oid)), ', ')
          FROM used WHERE provolatile = 'v') AS volatile,
       (SELECT string_agg(reason, ', ') FROM (
            SELECT format('%s(%s) depends on the clock or the session', proname, pg_get_function_identity_arguments(oid))
              FROM used
             WHERE provolatile = 's' AND oid < 16384
               AND (proname IN ('now', 'transaction_timestamp', 'statement_timestamp', 'current_setting', 'age',
                                'inet_client_addr', 'inet_client_port', 'inet_server_addr', 'inet_server_port',
                                'version', 'database_to_xml', 'query_to_xml', 'table_to_xml', 'cursor_to_xml',
                                'schema_to_xml', 'current_user', 'session_user', 'getdatabaseencoding')
                    OR proname ~ '^(pg_|txid_|has_|current_|row_security|obj_description|col_description|shobj_|to_reg|format_type|currtid)')
               AND NOT (proname = 'age' AND pronargs = 2)
            UNION ALL
            SELECT format('%s(%s) is only STABLE', proname, pg_get_function_identity_arguments(oid))
              FROM used WHERE provolatile = 's' AND oid >= 16384
            UNION ALL
            SELECT 'it asks for the clock or the session' FROM tree WHERE text ~ '\{(SQLVALUEFUNCTION|CURRENTOFEXPR)'
            UNION ALL
            SELECT 'it draws from a sequence' FROM tree WHERE text ~ '\{NEXTVALUEEXPR'
            UNION ALL
            SELECT 'it has a sub-select' FROM tree WHERE text ~ '\{SUBLINK'
            UNION ALL
            SELECT 'it is an aggregate, a window function or returns a set' FROM tree
             WHERE text ~ ':(hasAggs|hasWindowFuncs|hasTargetSRFs) true'
       ) AS r(reason)) AS undetermined,
       EXISTS (SELECT FROM used WHERE provolatile = 's') AS uses_session_format
  FROM tree JOIN pg_attribute a ON a.attrelid = tree.oid AND a.attnum = 1;
