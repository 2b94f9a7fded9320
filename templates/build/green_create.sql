-- Generates green: LIKE blue INCLUDING ALL, and what LIKE leaves out of CREATE TABLE. Lock: ACCESS
-- SHARE on blue.
SELECT format('CREATE %sTABLE %I.%I (LIKE %I.%I INCLUDING ALL) USING %I%s%s',
              CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END,
              :'schema', c.relname, n.nspname, c.relname, m.amname,
              coalesce(' WITH (' || (
                  SELECT string_agg(format('%s = %L', split_part(option, '=', 1),
                                           substr(option, strpos(option, '=') + 1)), ', ')
                    FROM (SELECT unnest(c.reloptions)
                          UNION ALL
                          SELECT 'toast.' || unnest(t.reloptions)
                            FROM pg_class t WHERE t.oid = c.reltoastrelid) AS o(option)) || ')', ''),
              coalesce(' TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace s
                                           WHERE s.oid = c.reltablespace), '')) AS statement
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_am m ON m.oid = c.relam
 WHERE c.oid = :blue;
