-- Generates what is tried on green, in schema, before anything is begun: all that hangs on live and that its
-- new columns may not suit, as the swap would make it again, on the scene of rehearsal_scene.sql. Texts are
-- printed with the search_path that it says (printed), which is in force from here on. keep: what others are
-- made over. Not seen: what reads the table by its name at run time only (PL/pgSQL, SQL functions whose body is a
-- text), and what is printed with its schema because something of the same name comes before it in that
-- search_path: that is tried over live. Lock: none.
WITH RECURSIVE self AS (
    SELECT c.oid, c.relnamespace, c.reltype, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type
      FROM pg_class c WHERE c.oid = :live),
mapped(source, source_type, target, target_type) AS (VALUES :mapped),
:part_views,
-- where what is called name stands on the scene; shown: its own name means it there
seat AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', t.nspname, c.relname) AS there,
           c.relkind, h.level, pg_table_is_visible(c.oid) AS shown
      FROM self
      JOIN pg_namespace n ON true
      JOIN pg_namespace t ON t.nspname = CASE WHEN n.oid = self.relnamespace THEN :'schema' ELSE :'schema' || '_' || n.oid END
      JOIN pg_class c ON c.relnamespace = n.oid
      LEFT JOIN height h ON h.oid = c.oid
     WHERE c.oid = :live OR h.oid IS NOT NULL
        OR EXISTS (SELECT FROM pg_class k WHERE k.relnamespace = t.oid AND k.relname = c.relname AND k.relkind = 'r')),
published AS (
    SELECT pr.* FROM (SELECT NULL::pg_node_tree AS prqual) AS missing,
           LATERAL (SELECT prpubid, pg_get_expr(prqual, prrelid) AS filter FROM pg_publication_rel WHERE prrelid = :live) AS pr),
fk AS (
    SELECT con.oid, con.conname, child.name AS child, parent.name AS parent, child.there AS child_there, parent.there AS parent_there,
           (SELECT string_agg(quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.conrelid = :live AND m.source = a.attname) AS child_columns,
           (SELECT string_agg(quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.confrelid = :live AND m.source = a.attname) AS parent_columns
      FROM pg_constraint con
      JOIN seat child ON child.oid = con.conrelid
      JOIN seat parent ON parent.oid = con.confrelid
     WHERE con.contype = 'f' AND con.conparentid = 0 AND :live IN (con.conrelid, con.confrelid)
       AND NOT (con.conrelid = :live AND con.conname = ANY (ARRAY[:dropped]::text[]))
       AND to_jsonb(con)->>'conperiod' IS DISTINCT FROM 'true'),
item(step, n, keep, object, statement) AS (
    -- functions over the row type: one that takes it is another one over green's, beside it
    SELECT 0, f.oid::bigint, true, format('%s %s', CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, f.oid::regprocedure),
           'SET LOCAL check_function_bodies = off; '
           || CASE WHEN self.reltype = ANY (f.proargtypes::oid[]) OR self.array_type = ANY (f.proargtypes::oid[]) THEN pg_get_functiondef(f.oid)
                   ELSE format('CREATE OR REPLACE %s %I.%I%s', kind, :'schema', f.proname,
                               substr(pg_get_functiondef(f.oid), 1 + length(format('CREATE OR REPLACE %s %I.%I', kind, n.nspname, f.proname)))) END
      FROM self, pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace, LATERAL (SELECT CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END) AS k(kind)
     WHERE f.prokind <> 'a'
       AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                      AND d.refclassid = 'pg_type'::regclass AND d.refobjid IN (self.reltype, self.array_type))
    UNION ALL
    SELECT 1, p.oid::bigint, false, format('policy %I on %s', p.polname, s.name),
           format('CREATE POLICY %I ON %s FOR %s%s%s', p.polname, s.there, CASE WHEN p.polcmd = 'a' THEN 'INSERT' ELSE 'ALL' END,
                  ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
      FROM seat s JOIN pg_policy p ON p.polrelid = s.oid
     WHERE s.oid = :live
        OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :live OR d.refobjid IN (SELECT oid FROM height)))
    UNION ALL
    SELECT 2, p.oid::bigint, false, format('the row filter of publication %I', p.pubname),
           format('CREATE POLICY pgswap_filter ON %s USING (%s)', s.there, pr.filter)
      FROM seat s JOIN published pr ON true JOIN pg_publication p ON p.oid = pr.prpubid
     WHERE s.oid = :live AND pr.filter IS NOT NULL
    UNION ALL
    SELECT 3, a.attnum, false, format('the default of column %I of %s', a.attname, s.name),
           format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', s.there, coalesce(m.target, a.attname), pg_get_expr(d.adbin, 0))
      FROM seat s JOIN pg_attrdef d ON d.adrelid = s.oid JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum = d.adnum AND a.attgenerated = ''
      LEFT JOIN mapped m ON m.source = a.attname
     WHERE s.oid = :live
       AND EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid
                      AND x.refclassid = 'pg_class'::regclass AND x.refobjid = s.oid AND x.refobjsubid = 0)
    UNION ALL
    -- the tower, from below
    SELECT 10, s.level, true, format('%s %s', CASE s.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, s.name),
           format('CREATE %s %s (%s) AS %s%s', CASE s.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, s.there,
                  (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = s.oid AND a.attnum > 0),
                  rtrim(pg_get_viewdef(s.oid), ';'), CASE s.relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END)
      FROM seat s WHERE s.level IS NOT NULL
    UNION ALL
    SELECT 11, d.oid::bigint, false, format('the default of column %I of view %s', a.attname, s.name),
           format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', s.there, a.attname, pg_get_expr(d.adbin, 0))
      FROM seat s JOIN pg_attrdef d ON d.adrelid = s.oid JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE s.relkind = 'v'
    UNION ALL
    SELECT 12, i.indexrelid::bigint, false, format('index %s', ic.relname), pg_get_indexdef(i.indexrelid, 0, true)
      FROM seat s JOIN pg_index i ON i.indrelid = s.oid JOIN pg_class ic ON ic.oid = i.indexrelid WHERE s.relkind = 'm' AND s.shown
    UNION ALL
    SELECT 13, t.oid::bigint, false, format('the condition (WHEN) of trigger %I on %s', t.tgname, s.name), pg_get_triggerdef(t.oid, true)
      FROM seat s JOIN pg_trigger t ON t.tgrelid = s.oid AND NOT t.tgisinternal AND t.tgqual IS NOT NULL
     WHERE s.shown AND to_jsonb(t)->>'tgparentid' = '0' AND (s.oid = :live OR s.level IS NOT NULL)
    UNION ALL
    SELECT 14, r.oid::bigint, false, format('rule %I on %s', r.rulename, s.name), rtrim(pg_get_ruledef(r.oid, true), ';')
      FROM seat s JOIN pg_rewrite r ON r.ev_class = s.oid AND r.rulename <> '_RETURN'
     WHERE s.shown
       AND (s.oid = :live OR s.level IS NOT NULL
            OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                          AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :live OR d.refobjid IN (SELECT oid FROM height))))
    UNION ALL
    SELECT 15, f.oid::bigint, false, format('%s %s', CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, f.oid::regprocedure),
           format('CREATE OR REPLACE %s %I.%I%s', kind, :'schema', f.proname,
                  substr(pg_get_functiondef(f.oid), 1 + length(format('CREATE OR REPLACE %s %I.%I', kind, n.nspname, f.proname))))
      FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace, LATERAL (SELECT CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END) AS k(kind)
     WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :live OR d.refobjid IN (SELECT oid FROM height)))
       AND f.prokind <> 'a'
    UNION ALL
    SELECT 16, oid::bigint, false, format('foreign key %I of %s', conname, child),
           format('ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (%s)', child_there, child_columns, parent_there, parent_columns) FROM fk)
SELECT object, statement, keep,
       CASE step WHEN 16 THEN 'Drop the foreign key before, and add it again when both tables have types that can be compared.'
                 ELSE 'Alter it so that it suits the old and the new type, for instance by a cast to text; or drop it before, and create it again after the swap.' END AS remedy
  FROM item
 WHERE statement IS NOT NULL AND (SELECT set_config('search_path', :'printed', true)) IS NOT NULL
 ORDER BY step, n, object;
