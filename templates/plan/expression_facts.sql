-- What in a probed expression is not determined by the row: volatile functions, the clock, the session,
-- other tables; and whether it depends on parameters such as TimeZone. The parse tree is read as text,
-- since pg_depend does not know built-in functions. Lock: none.
WITH tree AS (
    SELECT p.polqual::text AS text
      FROM pg_policy p WHERE p.polrelid = :probe AND p.polname = :'policy'),
used AS (
    SELECT DISTINCT p.oid, p.proname, p.provolatile, p.pronargs
      FROM tree, regexp_matches(tree.text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') AS m(id)
      JOIN pg_proc p ON p.oid = m.id[1]::oid
     WHERE p.oid <> 0)
SELECT (SELECT string_agg(format('%s(%s) is volatile', proname, pg_get_function_identity_arguments(oid)), ', ')
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
       ) AS r(reason)) AS undetermined,
       EXISTS (SELECT FROM used WHERE provolatile = 's')
       -- conversions to and from text
       OR (tree.text ~ '\{COERCEVIAIO'
           AND EXISTS (SELECT FROM regexp_matches(tree.text, ':(?:var|const|result|funcresult|opresult)type (\d+)', 'g') AS m(id)
                         JOIN pg_type y ON y.oid = m.id[1]::oid
                         JOIN pg_proc f ON f.oid IN (y.typinput, y.typoutput)
                        WHERE f.provolatile <> 'i' OR y.oid IN ('bytea'::regtype, 'float4'::regtype, 'float8'::regtype))) AS uses_session_format,
       EXISTS (SELECT FROM used JOIN pg_proc f ON f.oid = used.oid JOIN pg_language l ON l.oid = f.prolang
                WHERE f.oid >= 16384 AND l.lanname NOT IN ('c', 'internal')) AS calls_functions
  FROM tree;
