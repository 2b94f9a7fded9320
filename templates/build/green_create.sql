-- Generates green: LIKE blue INCLUDING ALL, and what LIKE leaves out of CREATE TABLE. But a child in classical
-- inheritance has columns and constraints that are its parents', which nothing but CREATE TABLE ... INHERITS and
-- the parent's own ADD CONSTRAINT give it, and which NO INHERIT of the last parent takes away. So green becomes a child of
-- a table of ours (pgswap_parent) that has what blue inherits; in the exchange each of both tables is given its next
-- parents before it leaves the last. What LIKE would have made is made one by one there. Names are printed as they
-- are read back under the owner's search_path (path), which is in force from here on. Lock: ACCESS SHARE on blue.
WITH blue AS (
    SELECT c.*, n.nspname, m.amname, format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', :'schema', c.relname) AS green,
           format('%I.pgswap_columns', :'schema') AS columns, format('%I.pgswap_parent', :'schema') AS parent,
           NOT c.relispartition AND EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid) AS is_child
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_am m ON m.oid = c.relam
     WHERE c.oid = :blue),
col AS (
    SELECT a.*, -- 18 has a constraint for it
           a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]) AS not_null,
           EXISTS (SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname
                    WHERE i.inhrelid = a.attrelid AND p.attnum > 0 AND p.attnotnull) AS not_null_above
      FROM pg_attribute a WHERE a.attrelid = :blue AND a.attnum > 0 AND NOT a.attisdropped),
index AS (
    SELECT i.*, c.relname, con.oid AS conoid, con.conname, con.contype, am.amname, con.condeferrable, con.condeferred,
           coalesce(con.contype = 'x' OR am.amname <> 'btree', false) AND con.contype IS NOT NULL AS whole,
           format('SELECT pg_catalog.set_config(''default_tablespace'', %L, true); ',
                  coalesce((SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace), '')) AS place
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_am am ON am.oid = c.relam
      LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid AND con.contype IN ('p', 'u', 'x')
     WHERE i.indrelid = :blue),
made(step, n, statement) AS (
    SELECT 3, 0, format('CREATE %sTABLE %s (%s) %sUSING %I%s%s',
                        CASE relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, green,
                        CASE WHEN is_child THEN '' ELSE format('LIKE %s INCLUDING ALL', name) END,
                        CASE WHEN is_child THEN format('INHERITS (%s) ', columns) ELSE '' END, amname,
                        coalesce(' WITH (' || (
                            SELECT string_agg(format('%s = %L', split_part(option, '=', 1), substr(option, strpos(option, '=') + 1)), ', ')
                              FROM (SELECT unnest(blue.reloptions)
                                    UNION ALL
                                    SELECT 'toast.' || unnest(t.reloptions) FROM pg_class t WHERE t.oid = blue.reltoastrelid) AS o(option)) || ')', ''),
                        coalesce(' TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace s WHERE s.oid = reltablespace), ''))
      FROM blue
    UNION ALL
    -- all columns in their order, inherited, of a first parent
    SELECT 1, 0, format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)', columns, name)
      FROM blue WHERE is_child
    UNION ALL
    SELECT 2, attnum, format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', columns, attname) FROM blue, col WHERE is_child AND attnotnull
    UNION ALL
    SELECT CASE attgenerated WHEN '' THEN 5 ELSE 4 END, attnum, format('ALTER TABLE ONLY %s DROP COLUMN %I', columns, attname) FROM blue, col WHERE is_child AND attislocal
    UNION ALL
    -- the parent that stays, with what blue's parents have
    SELECT 1, 0, format('CREATE TABLE %s (LIKE %s INCLUDING GENERATED)', parent, name) FROM blue WHERE is_child
    UNION ALL
    SELECT 1, 1, format('ALTER TABLE %s OWNER TO %I', parent, pg_get_userbyid(relowner)) FROM blue WHERE is_child AND pg_get_userbyid(relowner) <> current_user
    UNION ALL
    SELECT 2, attnum, format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', parent, attname) FROM blue, col WHERE is_child AND attnotnull
    UNION ALL
    SELECT CASE attgenerated WHEN '' THEN 5 ELSE 4 END, attnum, format('ALTER TABLE %s DROP COLUMN %I', parent, attname) FROM blue, col WHERE is_child AND attinhcount = 0
    UNION ALL
    SELECT 6 + x.k, 0, format(x.form, green, parent, columns)
      FROM blue, (VALUES (0, 'ALTER TABLE %1$s INHERIT %2$s'), (1, 'ALTER TABLE %1$s NO INHERIT %3$s'), (2, 'DROP TABLE %3$s')) AS x(k, form) WHERE is_child
    UNION ALL
    -- constraints of its own, and then those that come from above
    SELECT 9 + x.k, con.oid::bigint, format('ALTER TABLE %s ADD CONSTRAINT %I %s', CASE x.k WHEN 0 THEN green ELSE parent END, con.conname, pg_get_constraintdef(con.oid))
      FROM blue JOIN pg_constraint con ON con.conrelid = blue.oid AND con.contype IN ('c', 'n'), (VALUES (0), (1)) AS x(k)
     WHERE is_child AND CASE x.k WHEN 0 THEN con.conislocal ELSE con.coninhcount > 0 END
    UNION ALL
    SELECT 9, attnum, format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', CASE WHEN not_null_above THEN parent ELSE green END, attname)
      FROM blue, col WHERE is_child AND not_null
    UNION ALL
    SELECT 11, attnum, format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY', green, attname, CASE attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END)
      FROM blue, col WHERE is_child AND attidentity <> ''
    UNION ALL
    SELECT 12, indexrelid::bigint * 2 + x.k, x.statement
      FROM blue, index,
           LATERAL (
               SELECT 0, place || format('CREATE %sINDEX %I ON %s', u.word, index.relname, green)
                              || substr(pg_get_indexdef(indexrelid), 1 + length(format('CREATE %sINDEX %I ON %s', u.word, index.relname, name)))
                 FROM (SELECT CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END) AS u(word) WHERE NOT whole
               UNION ALL
               SELECT 1, CASE WHEN whole THEN place || format('ALTER TABLE %s ADD CONSTRAINT %I %s', green, conname, pg_get_constraintdef(conoid))
                              ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I%s', green, conname,
                                          CASE contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, index.relname,
                                          CASE WHEN condeferred THEN ' DEFERRABLE INITIALLY DEFERRED' WHEN condeferrable THEN ' DEFERRABLE' ELSE '' END) END
                WHERE conoid IS NOT NULL) AS x(k, statement)
     WHERE is_child
    UNION ALL
    SELECT 13, s.oid::bigint * 2 + x.k, x.statement
      FROM blue JOIN pg_statistic_ext s ON s.stxrelid = blue.oid JOIN pg_namespace sn ON sn.oid = s.stxnamespace,
           LATERAL (SELECT format('CREATE STATISTICS %I.%I', :'schema', s.stxname), pg_get_statisticsobjdef(s.oid)) AS t(head, definition),
           LATERAL (
               SELECT 0, head || substr(left(definition, -length(blue.oid::regclass::text)), 1 + length(format('CREATE STATISTICS %I.%I', sn.nspname, s.stxname))) || green
               UNION ALL
               SELECT 1, format('COMMENT ON STATISTICS %I.%I IS %L', :'schema', s.stxname, obj_description(s.oid, 'pg_statistic_ext'))
                WHERE obj_description(s.oid, 'pg_statistic_ext') IS NOT NULL) AS x(k, statement)
     WHERE is_child
    UNION ALL
    SELECT 14, indexrelid::bigint, format('COMMENT ON INDEX %I.%I IS %L', :'schema', index.relname, obj_description(indexrelid, 'pg_class'))
      FROM blue, index WHERE is_child AND obj_description(indexrelid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT 14, attnum, format('COMMENT ON COLUMN %s.%I IS %L', green, attname, col_description(attrelid, attnum))
      FROM blue, col WHERE is_child AND col_description(attrelid, attnum) IS NOT NULL)
SELECT statement FROM made
 WHERE (SELECT set_config('search_path', :'path', true)) IS NOT NULL
 ORDER BY step, n, statement DESC;
