-- Generates what moves the things that hang on live over to the table that takes its name. stage:
-- lock (of live and of everything that the others change; with what it locks), before the exchange
-- (taken off live), after it (made on the new live, by the text read now, since the names are the same),
-- settle and validate (after the commit; settle before another swap, too). Order within a stage is that
-- of the rows. tower says how views that are not replaced in place come to it: made in the exchange, or moved in it
-- from schema there, where they were built ahead; then those are given that build them (ahead) and let
-- materialized views be populated (fill). Names are printed as they are read back under the search_path
-- (path: the owner's, or for ahead that of matviews.sql), which is in force from here on. away: the schema that live
-- goes to. Lock: none.
WITH RECURSIVE self AS (
    SELECT c.oid, c.relowner, c.reltype, c.relname, n.nspname, c.relrowsecurity, c.relforcerowsecurity,
           format('%I.%I', n.nspname, c.relname) AS name,
           (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :live),
mapped(source, source_type, target, target_type) AS (VALUES :mapped),
:part_views,
-- functions that take or return the table's row type
row_function AS (
    SELECT f.*, l.owner, format('%s %s', CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, f.oid::regprocedure) AS name,
           f.proacl IS NOT NULL OR EXISTS (SELECT FROM pg_default_acl WHERE defaclobjtype = 'f') AS grants_differ
      FROM pg_proc f, LATERAL (SELECT pg_get_userbyid(f.proowner) AS owner) AS l
     WHERE EXISTS (SELECT FROM self JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (self.reltype, self.array_type)
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid)),
-- a view is replaced in place unless a column it shows may change its type: then the whole tower
-- over the table is built again (and always where there is a materialized view, or the row type is
-- used, or a function over it)
rebuild AS (
    SELECT EXISTS (SELECT FROM height JOIN pg_class k USING (oid) WHERE k.relkind = 'm')
        OR EXISTS (SELECT FROM self, pg_depend d WHERE d.refclassid = 'pg_type'::regclass
                      AND d.refobjid IN (self.reltype, self.array_type)
                      AND (d.classid = 'pg_rewrite'::regclass OR d.classid = 'pg_class'::regclass AND d.objid IN (SELECT oid FROM height)))
        OR EXISTS (SELECT FROM height JOIN pg_rewrite r ON r.ev_class = height.oid
                     JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                    WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM row_function))
        OR (SELECT bool_or(m.source_type <> m.target_type) FROM mapped m
              JOIN pg_attribute a ON a.attrelid = :live AND a.attname = m.source
              JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = :live
                              AND d.refobjsubid = a.attnum AND d.classid = 'pg_rewrite'::regclass
              JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN') IS TRUE AS holds),
shown AS (
    SELECT k.*, n.nspname, h.level, h.direct, rebuild.holds AS rebuilt,
           place, format('%I.%I', place, k.relname) AS name,
           CASE k.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind,
           coalesce(' WITH (' || (SELECT string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ')
                                    FROM unnest(k.reloptions) AS o) || ')', '') AS options
      FROM height h JOIN pg_class k USING (oid) JOIN pg_namespace n ON n.oid = k.relnamespace, rebuild,
           LATERAL (SELECT CASE :'tower' WHEN 'ahead' THEN :'there' ELSE n.nspname END) AS w(place)),
-- when what is said of a view in the tower is done
course(tower, part, stage) AS (VALUES ('made', 'view', 'after'), ('made', 'rest', 'after'), ('ahead', 'room', 'ahead'), ('ahead', 'view', 'ahead'),
    ('ahead', 'rows', 'fill'), ('moved', 'move', 'after'), ('moved', 'rest', 'after')),
-- foreign keys (PERIOD is before the last column: 18), with the columns of the table as they are called on the other side of the swap
fk AS (
    SELECT con.oid, con.conname, con.convalidated, con.conrelid, con.confrelid,
           format('%I.%I', cn.nspname, c.relname) AS child, c.relkind AS child_kind,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum) AS child_columns,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.conrelid = :live AND m.source = a.attname) AS child_after,
           format('%I.%I', pn.nspname, p.relname) AS parent, p.oid::regclass AS parent_printed,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum) AS parent_columns,
           (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(coalesce(m.target, a.attname)), ', ' ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY AS k(attnum, n)
              JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum
              LEFT JOIN mapped m ON con.confrelid = :live AND m.source = a.attname) AS parent_after,
           NOT (con.conrelid = :live AND con.conname = ANY (ARRAY[:dropped]::text[])) AS kept,
           pg_get_constraintdef(con.oid) AS definition,
           obj_description(con.oid, 'pg_constraint') AS comment
      FROM pg_constraint con
      JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
      JOIN pg_class p ON p.oid = con.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
      CROSS JOIN LATERAL (SELECT CASE WHEN to_jsonb(con)->>'conperiod' = 'true' THEN cardinality(con.conkey) END) AS period(n)
     WHERE con.contype = 'f' AND con.conparentid = 0 AND (con.conrelid = :live OR con.confrelid = :live)),
fk_text AS (
    SELECT fk.*, format('FOREIGN KEY (%s) REFERENCES %s(%s)', child_after, parent, parent_after)
                 || regexp_replace(substr(definition, 1 + length(format('FOREIGN KEY (%s) REFERENCES %s(%s)', child_columns, parent_printed, parent_columns))),
                                   ' NOT VALID$', '') AS clause
      FROM fk),
-- a foreign key of a partitioned table cannot be added NOT VALID: it goes to every leaf, is validated
-- there after the swap, and then added to the partitioned ones from below, which take the others' without a scan
part(root, oid, depth) AS (
    SELECT fk.oid, fk.oid, 0 FROM fk
    UNION ALL
    SELECT part.root, c.oid, part.depth + 1 FROM part JOIN pg_constraint c ON c.conparentid = part.oid AND c.contype = 'f'),
branch AS (
    SELECT con.oid, con.conname, con.convalidated, c.relkind, part.depth, format('%I.%I', n.nspname, c.relname) AS child, obj_description(con.oid, 'pg_constraint') AS comment,
           format('FOREIGN KEY (%s)', (SELECT string_agg(CASE WHEN k.n = period.n THEN 'PERIOD ' ELSE '' END || quote_ident(a.attname), ', ' ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY AS k(attnum, n)
                                         JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.attnum))
               || substr(fk_text.clause, 1 + length(format('FOREIGN KEY (%s)', fk_text.child_after))) AS clause
      FROM part JOIN pg_constraint con ON con.oid = part.oid
      CROSS JOIN LATERAL (SELECT CASE WHEN to_jsonb(con)->>'conperiod' = 'true' THEN cardinality(con.conkey) END) AS period(n)
      JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN fk_text ON fk_text.oid = part.root AND fk_text.child_kind = 'p'),
leaf AS (SELECT * FROM branch WHERE relkind = 'r'),
-- (up to PostgreSQL 14 what a partition has from its parent is internal)
user_trigger AS (
    SELECT t.* FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE t.tgrelid = :live AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND t.tgconstraint = 0) AND NOT (t.tgname LIKE 'pgswap\_%' AND n.nspname = :'state')),
-- publications that name the table; PostgreSQL 14 has neither filters nor lists: there the names are those outside
published AS (
    SELECT pr.* FROM (SELECT NULL::pg_node_tree AS prqual, NULL::int2vector AS prattrs) AS missing,
           LATERAL (SELECT prpubid, pg_get_expr(prqual, prrelid) AS filter, prattrs AS columns
                      FROM pg_publication_rel WHERE prrelid = :live) AS pr),
-- rules and policies elsewhere that mention the table
other_rule AS (
    SELECT r.oid, r.ev_class FROM pg_rewrite r
     WHERE r.rulename <> '_RETURN' AND r.ev_class <> :live
       AND NOT EXISTS (SELECT FROM shown WHERE shown.oid = r.ev_class AND shown.rebuilt)
       AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :live OR d.refobjid IN (SELECT oid FROM shown WHERE rebuilt)))),
other_function AS (
    SELECT f.oid FROM pg_proc f
     WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :live OR d.refobjid IN (SELECT oid FROM shown WHERE rebuilt)))
       AND f.oid NOT IN (SELECT oid FROM row_function)),
-- a view in the tower that one of these reads cannot be dropped before they read its successor
aside AS (
    SELECT EXISTS (SELECT FROM pg_depend d JOIN shown ON shown.oid = d.refobjid AND shown.rebuilt
                    WHERE d.refclassid = 'pg_class'::regclass
                      AND (d.classid = 'pg_rewrite'::regclass AND d.objid IN (SELECT oid FROM other_rule)
                           OR d.classid = 'pg_policy'::regclass
                           OR d.classid = 'pg_proc'::regclass AND d.objid IN (SELECT oid FROM other_function))) AS holds),
other_policy AS (
    SELECT p.* FROM pg_policy p
     WHERE p.polrelid <> :live
       AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :live OR d.refobjid IN (SELECT oid FROM shown WHERE rebuilt)))),
above AS (
    SELECT i.inhparent::regclass::text AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound, NOT c.relispartition AS classical,
           row_number() OVER (ORDER BY i.inhseqno) AS n,
           (SELECT format('%I.%I', s.nspname, k.relname) FROM pg_class k JOIN pg_namespace s ON s.oid = k.relnamespace
             WHERE k.relname = 'pgswap_parent' AND s.nspname IN (:'there', :'away')) AS ours
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhrelid = :live),
locked(step, oid) AS (
    SELECT 0, :live::oid
    UNION SELECT 1, end_of.oid FROM part JOIN pg_constraint con ON con.oid = part.oid, LATERAL (VALUES (con.conrelid), (con.confrelid)) AS end_of(oid) WHERE end_of.oid <> :live
    UNION SELECT 1, end_of.oid FROM pg_constraint con, LATERAL (VALUES (con.conrelid), (con.confrelid)) AS end_of(oid)
           WHERE con.contype = 'f' AND (con.conrelid = :live OR con.confrelid = :live) AND end_of.oid <> :live
    UNION SELECT 1, inhparent FROM pg_inherits WHERE inhrelid = :live
    UNION SELECT 1, p.partdefid FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
           WHERE i.inhrelid = :live AND p.partdefid NOT IN (0, :live)
    UNION SELECT 1, ev_class FROM other_rule WHERE ev_class NOT IN (SELECT oid FROM shown WHERE direct)
    UNION SELECT 1, polrelid FROM other_policy
    UNION SELECT 2, oid FROM shown WHERE rebuilt OR direct
    UNION SELECT 3, s.oid FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
           WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :live AND d.deptype IN ('a', 'i')),
-- grants on what is made anew
granted AS (
    SELECT k.name, k.kind, k.level, k.relowner AS owner, e.grantor, e.grantee, e.is_grantable, g.col,
           string_agg(e.privilege_type || coalesce('(' || quote_ident(g.col) || ')', ''), ', ' ORDER BY e.n) AS privileges, min(e.n) AS n
      FROM shown k
      CROSS JOIN LATERAL (SELECT k.relacl AS acl, NULL::name AS col
                          UNION ALL SELECT a.attacl, a.attname FROM pg_attribute a WHERE a.attrelid = k.oid AND a.attacl IS NOT NULL) AS g
      CROSS JOIN LATERAL aclexplode(g.acl) WITH ORDINALITY AS e(grantor, grantee, privilege_type, is_grantable, n)
     WHERE k.rebuilt
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8),
item(stage, step, n, statement) AS (
    -- LOCK TABLE knows no sequence, locks with a view the tables beneath it, and wants more than ownership: there
    -- a change of owner that changes nothing takes the lock. What is not ours (the other end of a
    -- partitioned parent's foreign key) is left to the exchange.
    SELECT 'lock', locked.step, locked.oid::bigint,
           CASE WHEN k.relkind IN ('r', 'p') AND has_table_privilege(k.oid, 'UPDATE, DELETE, TRUNCATE')
                THEN format('LOCK TABLE ONLY %I.%I IN ACCESS EXCLUSIVE MODE', n.nspname, k.relname)
                ELSE format('ALTER %s %I.%I OWNER TO %I', CASE k.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE ONLY' END,
                            n.nspname, k.relname, pg_get_userbyid(k.relowner)) END
      FROM locked JOIN pg_class k USING (oid) JOIN pg_namespace n ON n.oid = k.relnamespace
     WHERE pg_has_role(k.relowner, 'USAGE')
    UNION ALL
    -- row-level security
    SELECT 'before', 10, 0, format('ALTER TABLE %s %s', name, flag)
      FROM self, LATERAL (VALUES (relrowsecurity, 'DISABLE ROW LEVEL SECURITY'), (relforcerowsecurity, 'NO FORCE ROW LEVEL SECURITY')) AS f(holds, flag) WHERE f.holds
    UNION ALL
    SELECT 'after', 60, 0, format('ALTER TABLE %s %s', name, flag)
      FROM self, LATERAL (VALUES (relrowsecurity, 'ENABLE ROW LEVEL SECURITY'), (relforcerowsecurity, 'FORCE ROW LEVEL SECURITY')) AS f(holds, flag) WHERE f.holds
    UNION ALL
    SELECT 'before', 11, p.oid::bigint, format('DROP POLICY %I ON %s', p.polname, self.name) FROM self, pg_policy p WHERE p.polrelid = self.oid
    UNION ALL
    SELECT 'after', 61, p.oid::bigint,
           format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, self.name,
                  CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                  CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                  (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ' ORDER BY k) FROM unnest(p.polroles) WITH ORDINALITY AS u(r, k)),
                  ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
      FROM self, pg_policy p WHERE p.polrelid = self.oid
    UNION ALL
    SELECT 'after', 62, p.oid::bigint, format('COMMENT ON POLICY %I ON %s IS %L', p.polname, self.name, obj_description(p.oid, 'pg_policy'))
      FROM self, pg_policy p WHERE p.polrelid = self.oid AND obj_description(p.oid, 'pg_policy') IS NOT NULL
    -- user triggers
    UNION ALL
    SELECT 'before', 12, t.oid::bigint, format('DROP TRIGGER %I ON %s', t.tgname, self.name) FROM self, user_trigger t WHERE to_jsonb(t)->>'tgparentid' = '0'
    UNION ALL
    SELECT 'after', 63, t.oid::bigint, pg_get_triggerdef(t.oid) FROM user_trigger t WHERE to_jsonb(t)->>'tgparentid' = '0'
    UNION ALL
    SELECT 'after', 64, t.oid::bigint, format('ALTER TABLE %s %s TRIGGER %I', self.name,
                  CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, t.tgname)
      FROM self, user_trigger t WHERE t.tgenabled <> 'O' OR to_jsonb(t)->>'tgparentid' <> '0'
    UNION ALL
    SELECT 'after', 65, t.oid::bigint, format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, self.name, obj_description(t.oid, 'pg_trigger'))
      FROM self, user_trigger t WHERE obj_description(t.oid, 'pg_trigger') IS NOT NULL
    -- rules
    UNION ALL
    SELECT 'before', 13, r.oid::bigint, format('DROP RULE %I ON %s', r.rulename, self.name) FROM self, pg_rewrite r WHERE r.ev_class = self.oid
    UNION ALL
    SELECT 'after', 66, r.oid::bigint, rtrim(pg_get_ruledef(r.oid), ';') FROM pg_rewrite r WHERE r.ev_class = :live
    UNION ALL
    SELECT 'after', 67, r.oid::bigint, format('ALTER TABLE %s %s RULE %I', self.name,
                  CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, r.rulename)
      FROM self, pg_rewrite r WHERE r.ev_class = self.oid AND r.ev_enabled <> 'O'
    UNION ALL
    SELECT 'after', 68, r.oid::bigint, format('COMMENT ON RULE %I ON %s IS %L', r.rulename, self.name, obj_description(r.oid, 'pg_rewrite'))
      FROM self, pg_rewrite r WHERE r.ev_class = self.oid AND obj_description(r.oid, 'pg_rewrite') IS NOT NULL
    -- functions over the row type are made again over that of the table that takes its name; as with ALTER TABLE,
    -- a body that does not suit it fails when it is called
    UNION ALL
    SELECT 'before', 16, oid::bigint, 'DROP ' || name FROM row_function
    UNION ALL
    SELECT 'after', 53, oid::bigint * 10 + x.k, x.statement
      FROM row_function AS f,
           LATERAL (
               SELECT 1, format('SELECT pg_catalog.set_config(''check_function_bodies'', ''off'', true); %s; SELECT pg_catalog.set_config(''check_function_bodies'', %L, true)',
                                pg_get_functiondef(f.oid), current_setting('check_function_bodies'))
               UNION ALL
               SELECT 2, format('ALTER %s OWNER TO %I', name, owner) WHERE owner <> current_user
               UNION ALL
               SELECT 3, format('REVOKE ALL ON %s FROM %s', name, CASE r.oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.oid)) END)
                 FROM (SELECT 0::oid UNION SELECT f.proowner
                       UNION SELECT e.grantee FROM pg_default_acl da, aclexplode(da.defaclacl) AS e WHERE da.defaclobjtype = 'f') AS r(oid)
                WHERE grants_differ
               UNION ALL
               SELECT 6, format('COMMENT ON %s IS %L', name, obj_description(f.oid, 'pg_proc')) WHERE obj_description(f.oid, 'pg_proc') IS NOT NULL
           ) AS x(k, statement)
    UNION ALL
    SELECT 'after', 54, f.oid::bigint * 1000 + e.n,
           CASE WHEN e.grantor <> f.proowner THEN format('SET LOCAL ROLE %I; ', pg_get_userbyid(e.grantor)) ELSE '' END
           || format('GRANT EXECUTE ON %s TO %s%s', f.name, CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
                     CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
           || CASE WHEN e.grantor <> f.proowner THEN '; RESET ROLE' ELSE '' END
      FROM row_function AS f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) WITH ORDINALITY AS e(grantor, grantee, privilege_type, is_grantable, n)
     WHERE f.grants_differ
    -- publications
    UNION ALL
    SELECT 'before', 14, p.oid::bigint, format('ALTER PUBLICATION %I DROP TABLE ONLY %s', p.pubname, self.name)
      FROM self JOIN published pr ON true JOIN pg_publication p ON p.oid = pr.prpubid
    UNION ALL
    SELECT 'after', 69, p.oid::bigint, format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', p.pubname, self.name,
                  (SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')'
                     FROM pg_attribute a WHERE a.attrelid = self.oid AND a.attnum = ANY (pr.columns)),
                  ' WHERE (' || pr.filter || ')')
      FROM self JOIN published pr ON true JOIN pg_publication p ON p.oid = pr.prpubid
    -- foreign keys: NOT VALID in the swap, those of a table in one statement, and validated after it; that stops no reader and no writer, so it
    -- waits until an autovacuum gives way (deadlock_timeout)
    UNION ALL
    SELECT 'before', 20, min(oid)::bigint, format('ALTER TABLE %s %s', child, string_agg(format('DROP CONSTRAINT %I', conname), ', ' ORDER BY oid))
      FROM fk GROUP BY child
    UNION ALL
    SELECT 'after', 90, min(oid)::bigint, format('ALTER TABLE %s %s', child, string_agg(format('ADD CONSTRAINT %I %s NOT VALID', conname, clause), ', ' ORDER BY oid))
      FROM (SELECT oid, child, conname, clause FROM fk_text WHERE kept AND child_kind = 'r'
            UNION ALL SELECT oid, child, conname, clause FROM leaf) AS made
     GROUP BY child
    UNION ALL
    SELECT 'after', 91, leaf.oid::bigint, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, child, comment) FROM leaf WHERE comment IS NOT NULL
    UNION ALL
    SELECT 'settle', 0, leaf.oid::bigint, format('SET LOCAL lock_timeout = ''3s''; ALTER TABLE %s VALIDATE CONSTRAINT %I', child, conname) FROM leaf WHERE convalidated
    UNION ALL
    SELECT 'settle', 1, -depth, format('ALTER TABLE %s ADD CONSTRAINT %I %s%s', child, conname, clause, CASE WHEN NOT convalidated THEN ' NOT VALID' END)
           || coalesce('; ' || CASE WHEN comment IS NOT NULL THEN format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, child, comment) END, '')
      FROM branch WHERE relkind = 'p'
    UNION ALL
    SELECT 'after', 91, fk.oid::bigint, format('COMMENT ON CONSTRAINT %I ON %s IS %L', conname, child, comment) FROM fk WHERE comment IS NOT NULL AND kept AND child_kind = 'r'
    UNION ALL
    SELECT 'validate', 0, fk.oid::bigint, format('SET LOCAL lock_timeout = ''3s''; ALTER TABLE %s VALIDATE CONSTRAINT %I', child, conname) FROM fk WHERE convalidated AND kept AND child_kind = 'r'
    UNION ALL
    -- defaults that mention the table itself
    SELECT 'after', 55, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', self.name, coalesce(m.target, a.attname), pg_get_expr(d.adbin, 0))
      FROM self JOIN pg_attrdef d ON d.adrelid = self.oid JOIN pg_attribute a ON a.attrelid = self.oid AND a.attnum = d.adnum AND a.attgenerated = ''
      LEFT JOIN mapped m ON m.source = a.attname
     WHERE EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid
                      AND x.refclassid = 'pg_class'::regclass AND x.refobjid = self.oid AND x.refobjsubid = 0)
    UNION ALL
    SELECT 'after', 92, x.objid::bigint,
           format('ALTER %s DEPENDS ON EXTENSION %I',
                  CASE WHEN t.oid IS NOT NULL THEN format('TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
                       WHEN i.indexrelid IS NOT NULL THEN format('INDEX %s', i.indexrelid::regclass) ELSE format('MATERIALIZED VIEW %s', shown.name) END, e.extname)
      FROM pg_depend x JOIN pg_extension e ON x.refclassid = 'pg_extension'::regclass AND e.oid = x.refobjid
      LEFT JOIN pg_trigger t ON x.classid = 'pg_trigger'::regclass AND t.oid = x.objid
      LEFT JOIN pg_index i ON x.classid = 'pg_class'::regclass AND i.indexrelid = x.objid
      LEFT JOIN shown ON shown.rebuilt AND shown.oid IN (t.tgrelid, i.indrelid, CASE x.classid WHEN 'pg_class'::regclass THEN x.objid END)
     WHERE x.deptype = 'x' AND (shown.oid IS NOT NULL OR t.tgrelid = :live OR i.indrelid = :live)
    -- partition of another table: its bound and, so that no scan is needed, a check (see green_carry.sql)
    UNION ALL
    SELECT 'before', 30, 0, format('ALTER TABLE %s DETACH PARTITION %s', parent, self.name) FROM self, above WHERE NOT classical
    UNION ALL
    SELECT 'before', 31, con.oid::bigint, format('ALTER TABLE %s DROP CONSTRAINT %I', self.name, con.conname)
      FROM self JOIN pg_constraint con ON con.conrelid = self.oid AND con.contype = 'f'
      JOIN pg_constraint up ON up.oid = con.conparentid AND up.conrelid <> self.oid
    UNION ALL
    SELECT 'after', 50, 0, format('ALTER TABLE %s ATTACH PARTITION %s %s', parent, self.name, bound) FROM self, above WHERE NOT classical
    UNION ALL
    SELECT 'after', 51, 0, format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS pgswap_bound', self.name) FROM self, above WHERE NOT classical
    UNION ALL
    -- child in classical inheritance: no table is without a parent for a moment, else what is inherited would become
    -- its own for good (see green_create.sql)
    SELECT x.stage, x.step, x.n, format('ALTER TABLE %s %s', self.name, x.action)
      FROM self, above, LATERAL (VALUES ('before', 30, 0, 'INHERIT ' || ours), ('before', 31, n, 'NO INHERIT ' || parent),
                                        ('after', 50, n, 'INHERIT ' || parent), ('after', 51, 0, 'NO INHERIT ' || ours)) AS x(stage, step, n, action)
     WHERE classical AND (x.step IN (31, 50) OR above.n = 1)
    UNION ALL
    -- the parent's foreign keys come back with it, under the parent's names: out of each other's way first
    SELECT 'after', 52 + x.step, con.oid::bigint,
           format('DO $do$ DECLARE key pg_catalog.name; BEGIN SELECT conname INTO STRICT key FROM pg_catalog.pg_constraint'
                  ' WHERE conrelid OPERATOR(pg_catalog.=) %L::pg_catalog.regclass AND conparentid OPERATOR(pg_catalog.=) %s;'
                  ' EXECUTE pg_catalog.format(''ALTER TABLE %%s RENAME CONSTRAINT %%I TO %%I'', %L, key, %L); END $do$',
                  self.name, up.oid, self.name, CASE x.step WHEN 0 THEN format('pgswap_%s', con.oid) ELSE con.conname END)
      FROM self JOIN pg_constraint con ON con.conrelid = self.oid AND con.contype = 'f'
      JOIN pg_constraint up ON up.oid = con.conparentid AND up.conrelid <> self.oid, (VALUES (0), (1)) AS x(step)
     WHERE EXISTS (SELECT FROM pg_constraint d JOIN pg_constraint u ON u.oid = d.conparentid AND u.conrelid <> d.conrelid
                    WHERE d.conrelid = self.oid AND d.contype = 'f' AND d.conname <> u.conname)
    UNION ALL
    SELECT 'after', 54, con.oid::bigint, format('COMMENT ON CONSTRAINT %I ON %s IS %L', con.conname, self.name, obj_description(con.oid, 'pg_constraint'))
      FROM self JOIN pg_constraint con ON con.conrelid = self.oid AND con.contype = 'f'
      JOIN pg_constraint up ON up.oid = con.conparentid AND up.conrelid <> self.oid
     WHERE obj_description(con.oid, 'pg_constraint') IS NOT NULL
    UNION ALL
    -- the parent's triggers come back with it, in the parent's state
    SELECT 'after', 52, t.oid::bigint, format('ALTER TABLE %s %s TRIGGER %I', self.name,
                  CASE t.tgenabled WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname)
      FROM self, user_trigger t WHERE to_jsonb(t)->>'tgparentid' <> '0'
    -- views: replaced in place ...
    UNION ALL
    SELECT 'after', 70, oid::bigint, format('CREATE OR REPLACE VIEW %s%s AS %s', name, options, rtrim(pg_get_viewdef(oid), ';'))
      FROM shown WHERE NOT rebuilt AND direct
    -- ... or the tower built again
    UNION ALL
    SELECT 'before', 15, -level, format('DROP %s %s', kind, name) FROM shown, aside WHERE rebuilt AND NOT aside.holds
    UNION ALL
    SELECT 'before', 15, x.k, x.statement
      FROM shown, aside,
           LATERAL (
               SELECT 0, format('DROP STATISTICS %I.%I', sn.nspname, s.stxname) FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace WHERE s.stxrelid = shown.oid
               UNION ALL
               SELECT 0, format('DROP INDEX %I.%I', nspname, ic.relname) FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = shown.oid
               UNION ALL
               SELECT 1, format('ALTER %s %s RENAME TO %I', kind, name, 'pgswap_' || shown.oid)
               UNION ALL
               SELECT 2, format('ALTER %s %I.%I SET SCHEMA %I', kind, nspname, 'pgswap_' || shown.oid, :'away')
           ) AS x(k, statement)
     WHERE rebuilt AND aside.holds
    UNION ALL
    SELECT 'after', 95, -level, format('DROP %s %I.%I', kind, :'away', 'pgswap_' || shown.oid) FROM shown, aside WHERE rebuilt AND aside.holds
    UNION ALL
    SELECT course.stage, 70, level * 100000 + x.k * 1000, x.statement
      FROM shown,
           LATERAL (
               SELECT 0, 'room', format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', place, pg_get_userbyid(r.oid))
                 FROM (SELECT relowner UNION SELECT grantor FROM granted g WHERE g.name = shown.name) AS r(oid) WHERE pg_get_userbyid(r.oid) <> current_user
               UNION ALL
               SELECT 1, 'move', format('ALTER %s %I.%I SET SCHEMA %I', kind, :'there', relname, nspname)
               UNION ALL
               SELECT 1, 'view', format('CREATE %s %s%s%s%s%s AS %s%s', kind, name,
                                ' (' || (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = shown.oid AND a.attnum > 0) || ')',
                                CASE relkind WHEN 'm' THEN ' USING ' || (SELECT quote_ident(amname) FROM pg_am WHERE pg_am.oid = shown.relam) ELSE '' END,
                                options,
                                coalesce(' TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace s WHERE s.oid = shown.reltablespace), ''),
                                rtrim(pg_get_viewdef(shown.oid), ';'), CASE relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END)
               UNION ALL
               SELECT 2, 'view', format('ALTER %s %s OWNER TO %I', kind, name, pg_get_userbyid(relowner)) WHERE pg_get_userbyid(relowner) <> current_user
               UNION ALL
               SELECT 3, 'view', format('REVOKE ALL ON TABLE %s FROM %s', name, CASE r.oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.oid)) END)
                 FROM (SELECT relowner WHERE relacl IS NOT NULL
                       UNION SELECT e.grantee FROM pg_default_acl da, aclexplode(da.defaclacl) AS e
                              WHERE da.defaclobjtype = 'r' AND e.grantee <> relowner) AS r(oid)
               UNION ALL
               SELECT 6, 'view', format('COMMENT ON %s %s IS %L', kind, name, obj_description(shown.oid, 'pg_class')) WHERE obj_description(shown.oid, 'pg_class') IS NOT NULL
               UNION ALL
               SELECT 7, 'view', format('COMMENT ON COLUMN %s.%I IS %L', name, a.attname, col_description(a.attrelid, a.attnum))
                 FROM pg_attribute a WHERE a.attrelid = shown.oid AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NOT NULL
               UNION ALL
               SELECT 8, 'rest', format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', name, a.attname, pg_get_expr(d.adbin, 0))
                 FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = shown.oid
               UNION ALL
               SELECT 9, 'view', format('SELECT pg_catalog.set_config(''default_tablespace'', %L, true); ',
                                coalesce((SELECT spcname FROM pg_tablespace s WHERE s.oid = ic.reltablespace), ''))
                         || format('CREATE %sINDEX %I ON %s', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, ic.relname, name)
                         || substr(pg_get_indexdef(i.indexrelid), 1 + length(format('CREATE %sINDEX %I ON %I.%I', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, ic.relname, nspname, shown.relname)))
                         || '; SELECT pg_catalog.set_config(''default_tablespace'', '''', true)'
                 FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = shown.oid
               UNION ALL
               SELECT 10, 'view', format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', place, ic.relname, a.attnum, a.attstattarget)
                 FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attstattarget >= 0 WHERE i.indrelid = shown.oid
               UNION ALL
               SELECT 10, 'view', format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET STATISTICS %s', name, a.attname, a.attstattarget)
                 FROM pg_attribute a WHERE a.attrelid = shown.oid AND a.attnum > 0 AND a.attstattarget >= 0 AND shown.relkind = 'm'
               UNION ALL
               SELECT 10, 'view', format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET STORAGE %s', name, a.attname,
                                 CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL' ELSE 'EXTENDED' END)
                 FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = shown.oid AND a.attnum > 0 AND shown.relkind = 'm' AND a.attstorage <> t.typstorage
               UNION ALL
               SELECT 10, 'view', format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET COMPRESSION %s', name, a.attname,
                                 CASE a.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END)
                 FROM pg_attribute a WHERE a.attrelid = shown.oid AND a.attnum > 0 AND shown.relkind = 'm' AND a.attcompression <> ''
               UNION ALL
               SELECT 13, 'rest', format('COMMENT ON RULE %I ON %s IS %L', r.rulename, name, obj_description(r.oid, 'pg_rewrite'))
                 FROM pg_rewrite r WHERE r.ev_class = shown.oid AND r.rulename <> '_RETURN' AND obj_description(r.oid, 'pg_rewrite') IS NOT NULL
               UNION ALL
               SELECT 10, 'view', format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET (%s)', name, a.attname,
                                 (SELECT string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ') FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%'))
                 FROM pg_attribute a
                WHERE a.attrelid = shown.oid AND a.attnum > 0 AND shown.relkind = 'm'
                  AND EXISTS (SELECT FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%')
               UNION ALL
               SELECT 11, 'rest', pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s WHERE s.stxrelid = shown.oid
               UNION ALL
               SELECT 12, 'rest', format('ALTER STATISTICS %I.%I %s', sn.nspname, s.stxname, x)
                 FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace,
                      LATERAL (SELECT format('OWNER TO %I', pg_get_userbyid(s.stxowner)) WHERE pg_get_userbyid(s.stxowner) <> current_user
                               UNION ALL SELECT format('SET STATISTICS %s', s.stxstattarget) WHERE s.stxstattarget >= 0) AS v(x)
                WHERE s.stxrelid = shown.oid
               UNION ALL
               SELECT 12, 'rest', format('COMMENT ON STATISTICS %I.%I IS %L', sn.nspname, s.stxname, obj_description(s.oid, 'pg_statistic_ext'))
                 FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace
                WHERE s.stxrelid = shown.oid AND obj_description(s.oid, 'pg_statistic_ext') IS NOT NULL
               UNION ALL
               SELECT 10, 'view', format('COMMENT ON INDEX %I.%I IS %L', place, ic.relname, obj_description(ic.oid, 'pg_class'))
                 FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = shown.oid AND obj_description(i.indexrelid, 'pg_class') IS NOT NULL
               UNION ALL
               SELECT 11, 'view', format('ALTER MATERIALIZED VIEW %s CLUSTER ON %I', name, ic.relname)
                 FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid WHERE i.indrelid = shown.oid AND i.indisclustered
               UNION ALL
               SELECT 12, 'rest', rtrim(pg_get_ruledef(r.oid), ';') FROM pg_rewrite r WHERE r.ev_class = shown.oid AND r.rulename <> '_RETURN'
               UNION ALL
               SELECT 13, 'rest', pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = shown.oid AND NOT t.tgisinternal
               UNION ALL
               SELECT 14, 'rest', format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, name, obj_description(t.oid, 'pg_trigger'))
                 FROM pg_trigger t WHERE t.tgrelid = shown.oid AND NOT t.tgisinternal AND obj_description(t.oid, 'pg_trigger') IS NOT NULL
               UNION ALL
               SELECT k, 'rows', format(form, name) FROM (VALUES (15, 'REFRESH MATERIALIZED VIEW %s'), (16, 'ANALYZE %s')) AS f(k, form) WHERE relkind = 'm' AND relispopulated
           ) AS x(k, part, statement)
      JOIN course ON course.tower = :'tower' AND course.part = x.part
     WHERE rebuilt
    UNION ALL
    SELECT course.stage, 70, level * 100000 + CASE WHEN grantor = owner THEN 4 ELSE 5 END * 1000 + n,
           CASE WHEN grantor <> owner THEN format('SET LOCAL ROLE %I; ', pg_get_userbyid(grantor)) ELSE '' END
           || format('GRANT %s ON TABLE %s TO %s%s', privileges, name, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                     CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
           || CASE WHEN grantor <> owner THEN '; RESET ROLE' ELSE '' END
      FROM granted JOIN course ON course.tower = :'tower' AND course.part = 'view'
    UNION ALL
    SELECT 'validate', 1, level, format('REFRESH MATERIALIZED VIEW %s', name) FROM shown WHERE relkind = 'm' AND relispopulated AND :'tower' = 'made'
    -- rules, policies and SQL-standard function bodies elsewhere
    UNION ALL
    SELECT 'after', 80, r.oid::bigint, regexp_replace(rtrim(pg_get_ruledef(r.oid), ';'), '^CREATE RULE', 'CREATE OR REPLACE RULE')
      FROM other_rule r
    UNION ALL
    SELECT 'after', 81, p.oid::bigint, format('ALTER POLICY %I ON %s%s%s', p.polname, p.polrelid::regclass,
                  ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
      FROM other_policy p
    UNION ALL
    SELECT 'after', 82, f.oid::bigint, pg_get_functiondef(f.oid)
      FROM other_function f
    -- PL/pgSQL that has compiled the table's row type in other sessions must compile anew
    UNION ALL
    SELECT 'after', 99, f.oid::bigint,
           format('DO $do$ DECLARE routine pg_catalog.text; BEGIN SELECT pg_catalog.format(''ALTER ROUTINE %%s SECURITY %%s'', oid::pg_catalog.regprocedure,'
                  ' CASE WHEN prosecdef THEN ''DEFINER'' ELSE ''INVOKER'' END) INTO routine FROM pg_catalog.pg_proc WHERE oid OPERATOR(pg_catalog.=) %s;'
                  ' IF FOUND THEN EXECUTE routine; END IF; END $do$', f.oid)
      FROM self, pg_proc f JOIN pg_language l ON l.oid = f.prolang
     WHERE l.lanname = 'plpgsql' AND strpos(lower(f.prosrc), lower(self.relname)) > 0
       AND f.pronamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pgswap(_[0-9]+)?$') AND pg_has_role(f.proowner, 'USAGE')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e'))
SELECT stage, statement, n AS relation, CASE stage WHEN 'lock' THEN (SELECT format('%I.%I', s.nspname, k.relname) FROM pg_class k JOIN pg_namespace s ON s.oid = k.relnamespace WHERE k.oid = n::oid) END AS name
  FROM item
 WHERE (SELECT set_config('search_path', :'path', true)) IS NOT NULL
 ORDER BY stage <> 'before', stage, step, n, statement;
