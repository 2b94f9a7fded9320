-- Views over the table, materialized ones among them, and views over those. A view is replaced in place unless a column
-- that it shows may change its type: then the whole tower over the table is built again, with all that hangs on its
-- views: grants, comments, defaults, indexes, statistics, rules, triggers. Lock: ACCESS EXCLUSIVE on the views.

-- [with]
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
              JOIN pg_attribute a ON a.attrelid = :oid AND a.attname = m.source
              JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid
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
-- a view in the tower that one of these reads cannot be dropped before they read its successor
aside AS (
    SELECT EXISTS (SELECT FROM pg_depend d JOIN shown ON shown.oid = d.refobjid AND shown.rebuilt
                    WHERE d.refclassid = 'pg_class'::regclass
                      AND (d.classid = 'pg_rewrite'::regclass AND d.objid IN (SELECT oid FROM other_rule)
                           OR d.classid = 'pg_policy'::regclass
                           OR d.classid = 'pg_proc'::regclass AND d.objid IN (SELECT oid FROM other_function))) AS holds),
-- grants on what is made again
granted AS (
    SELECT k.name, k.kind, k.level, k.relowner AS owner, e.grantor, e.grantee, e.is_grantable, g.col,
           string_agg(e.privilege_type || coalesce('(' || quote_ident(g.col) || ')', ''), ', ' ORDER BY e.n) AS privileges, min(e.n) AS n
      FROM shown k
      CROSS JOIN LATERAL (SELECT k.relacl AS acl, NULL::name AS col
                          UNION ALL SELECT a.attacl, a.attname FROM pg_attribute a WHERE a.attrelid = k.oid AND a.attacl IS NOT NULL) AS g
      CROSS JOIN LATERAL aclexplode(g.acl) WITH ORDINALITY AS e(grantor, grantee, privilege_type, is_grantable, n)
     WHERE k.rebuilt
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8),

-- [lock]
UNION SELECT oid FROM shown WHERE rebuilt OR direct

-- [moves]
UNION ALL
-- replaced in place ...
SELECT 'after', 'views', oid::bigint, format('CREATE OR REPLACE VIEW %s%s AS %s', name, options, rtrim(pg_get_viewdef(oid), ';'))
  FROM shown WHERE NOT rebuilt AND direct
UNION ALL
-- ... or the tower built again
SELECT 'before', 'views', -level, format('DROP %s %s', kind, name) FROM shown, aside WHERE rebuilt AND NOT aside.holds
UNION ALL
SELECT 'before', 'views', x.k, x.statement
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
SELECT 'after', 'old views', -level, format('DROP %s %I.%I', kind, :'away', 'pgswap_' || shown.oid) FROM shown, aside WHERE rebuilt AND aside.holds
UNION ALL
SELECT course.stage, 'views', level * 100000 + x.k * 1000, x.statement
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
SELECT course.stage, 'views', level * 100000 + CASE WHEN grantor = owner THEN 4 ELSE 5 END * 1000 + n,
       CASE WHEN grantor <> owner THEN format('SET LOCAL ROLE %I; ', pg_get_userbyid(grantor)) ELSE '' END
       || format('GRANT %s ON TABLE %s TO %s%s', privileges, name, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                 CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
       || CASE WHEN grantor <> owner THEN '; RESET ROLE' ELSE '' END
  FROM granted JOIN course ON course.tower = :'tower' AND course.part = 'view'
UNION ALL
SELECT 'validate', 'views', level, format('REFRESH MATERIALIZED VIEW %s', name) FROM shown WHERE relkind = 'm' AND relispopulated AND :'tower' = 'made'
-- [description]
UNION ALL
SELECT 'swap', format('text of view %s', k.oid::regclass), pg_get_viewdef(k.oid), r.ev_action::text, 'pg_rewrite'::regclass, r.oid
  FROM view JOIN pg_class k USING (oid) JOIN pg_rewrite r ON r.ev_class = k.oid AND r.rulename = '_RETURN'
UNION ALL
SELECT 'swap', line.name, line.definition, line.tree, 'pg_class'::regclass, CASE WHEN line.tree <> '' THEN k.oid END
  FROM view JOIN pg_class k USING (oid),
       LATERAL (SELECT string_agg(concat_ws(' ', format('%I %s %s', a.attname, a.attacl, col_description(k.oid, a.attnum)),
                                            CASE k.relkind WHEN 'm' THEN concat_ws(' ', a.attstorage, a.attcompression, nullif(a.attstattarget, -1),
                                                (SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%')) END), ', ' ORDER BY a.attnum),
                       string_agg(format('%I %s', a.attname, pg_get_expr(d.adbin, 0)), ', ' ORDER BY a.attnum) FILTER (WHERE d.oid IS NOT NULL),
                       string_agg(d.adbin::text, '')
                  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 WHERE a.attrelid = k.oid AND a.attnum > 0) AS attribute(texts, defaults, trees),
       LATERAL (SELECT string_agg(concat_ws(' ', pg_get_ruledef(r.oid), obj_description(r.oid, 'pg_rewrite')), ' ' ORDER BY r.rulename), string_agg(concat(r.ev_qual, r.ev_action), '')
                  FROM pg_rewrite r WHERE r.ev_class = k.oid AND r.rulename <> '_RETURN') AS rule(texts, trees),
       LATERAL (SELECT string_agg(concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisclustered, ik.reltablespace, obj_description(i.indexrelid, 'pg_class'),
                                            (SELECT string_agg(a.attnum || '=' || a.attstattarget, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)),
                                  '; ' ORDER BY i.indexrelid::regclass::text),
                       string_agg(concat(i.indexprs, i.indpred), '')
                  FROM pg_index i JOIN pg_class ik ON ik.oid = i.indexrelid WHERE i.indrelid = k.oid) AS index(texts, trees),
       LATERAL (SELECT string_agg(concat_ws(' ', pg_get_statisticsobjdef(s.oid), nullif(s.stxstattarget, -1), obj_description(s.oid, 'pg_statistic_ext')), '; ' ORDER BY s.stxname),
                       string_agg(s.stxexprs::text, '')
                  FROM pg_statistic_ext s WHERE s.stxrelid = k.oid) AS statistic(texts, trees),
       LATERAL (VALUES
           (format('view %s', k.oid::regclass),
            format('kind %s; options %s; owner %s; grants %s; comment %s; columns %s; extensions %s',
                   concat_ws(' ', k.relkind, k.reltablespace, (SELECT amname FROM pg_am WHERE oid = k.relam)), (SELECT array_agg(o ORDER BY o) FROM unnest(k.reloptions) AS o),
                   pg_get_userbyid(k.relowner), coalesce(k.relacl, acldefault('r', k.relowner)), obj_description(k.oid, 'pg_class'), attribute.texts,
                   (SELECT string_agg(e.extname, ', ' ORDER BY e.extname)
                      FROM (SELECT 'pg_class'::regclass::oid AS classid, k.oid AS objid
                            UNION ALL SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid = k.oid
                            UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid = k.oid) AS o
                      JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x'
                      JOIN pg_extension e ON e.oid = d.refobjid)), NULL),
           (format('what is on view %s', k.oid::regclass),
            format('defaults %s; rules %s; triggers %s; indexes %s; statistics %s', attribute.defaults, rule.texts,
                   (SELECT string_agg(concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger')), '; ' ORDER BY t.tgname)
                      FROM pg_trigger t WHERE t.tgrelid = k.oid AND NOT t.tgisinternal), index.texts, statistic.texts),
            concat(attribute.trees, rule.trees, index.trees, statistic.trees))) AS line(name, definition, tree)

-- [claims]
OR d.classid = 'pg_class'::regclass AND d.objid IN (SELECT oid FROM view)

-- [refusals]
UNION ALL
SELECT 2, format('%s is a temporary view of another session', k.oid::regclass), 'it would keep reading the old table',
       'Let that session end, or drop the view in it.'
  FROM view JOIN pg_class k USING (oid) WHERE k.relpersistence = 't'
UNION ALL
SELECT 12, format('%s %s', CASE k.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, k.oid::regclass),
       format('it must be replaced, and role %I is not its owner', current_user), format('GRANT %I TO %I;', pg_get_userbyid(k.relowner), current_user)
  FROM view JOIN pg_class k USING (oid) WHERE NOT pg_has_role(k.relowner, 'USAGE')
UNION ALL
SELECT 12, format('materialized view %s', k.oid::regclass),
       format('it must be recreated, and it reads materialized view %s, which has not been populated', below.oid::regclass),
       format('REFRESH MATERIALIZED VIEW %s; or drop one of them before.', below.oid::regclass)
  FROM view JOIN pg_class k USING (oid)
  JOIN pg_class below ON below.oid IN (SELECT oid FROM view) AND below.relkind = 'm' AND NOT below.relispopulated
 WHERE k.relkind = 'm' AND k.relispopulated
   AND EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                WHERE r.ev_class = k.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = below.oid)

-- [refusals_change]
UNION ALL
(WITH tower AS (
    SELECT k.* FROM height JOIN pg_class k USING (oid)
     WHERE EXISTS (SELECT FROM height JOIN pg_class m USING (oid) WHERE m.relkind = 'm')
        OR EXISTS (SELECT FROM self, pg_depend d WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (self.reltype, self.array_type)
                      AND (d.classid = 'pg_rewrite'::regclass OR d.classid = 'pg_proc'::regclass))
        OR EXISTS (SELECT FROM mapped m JOIN pg_attribute a ON a.attrelid = :oid AND a.attname = m.source
                     JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND d.refobjsubid = a.attnum
                    WHERE m.source_type <> m.target_type)),
reader AS (
    SELECT t.oid AS view, d.classid, d.objid, d.objsubid, d.refclassid, coalesce(p.proowner, rk.relowner, pk.relowner) AS owner
      FROM tower t
      JOIN pg_type y ON y.oid = t.reltype
      JOIN pg_depend d ON d.deptype IN ('n', 'a', 'x')
                      AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (y.oid, y.typarray))
      LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
      LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      LEFT JOIN pg_class rk ON rk.oid = r.ev_class
      LEFT JOIN pg_policy l ON d.classid = 'pg_policy'::regclass AND l.oid = d.objid
      LEFT JOIN pg_class pk ON pk.oid = l.polrelid)
SELECT DISTINCT pg_describe_object(classid, objid, objsubid) AS what,
       format('it uses %s %s, which must be built again%s', CASE refclassid WHEN 'pg_type'::regclass THEN 'the row type of view' ELSE 'view' END, view::regclass,
              CASE refclassid WHEN 'pg_class'::regclass THEN format(', and role %I is not its owner', current_user) ELSE '' END) AS why,
       CASE refclassid WHEN 'pg_type'::regclass THEN 'Drop it before and create it again afterwards.' ELSE format('GRANT %I TO %I;', pg_get_userbyid(owner), current_user) END AS remedy
  FROM reader
 WHERE refclassid = 'pg_type'::regclass AND classid NOT IN ('pg_rewrite'::regclass, 'pg_policy'::regclass)
    OR refclassid = 'pg_class'::regclass AND NOT pg_has_role(owner, 'USAGE')
UNION ALL
SELECT format('view %s', t.oid::regclass), format('it must be built again, and it belongs to extension %s', e.extname), 'Drop it before and create it again afterwards.'
  FROM tower t JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid)

-- [rehearsal]
UNION ALL
-- the tower, from below
SELECT 'views', s.level, true, format('%s %s', CASE s.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, s.name),
       format('CREATE %s %s (%s) AS %s%s', CASE s.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, s.there,
              (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = s.oid AND a.attnum > 0),
              rtrim(pg_get_viewdef(s.oid), ';'), CASE s.relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END), NULL
  FROM seat s WHERE s.level IS NOT NULL
UNION ALL
SELECT 'rest', d.oid::bigint, false, format('the default of column %I of view %s', a.attname, s.name),
       format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', s.there, a.attname, pg_get_expr(d.adbin, 0)), NULL
  FROM seat s JOIN pg_attrdef d ON d.adrelid = s.oid JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE s.relkind = 'v'
UNION ALL
SELECT 'rest', i.indexrelid::bigint, false, format('index %s', ic.relname), pg_get_indexdef(i.indexrelid, 0, true), NULL
  FROM seat s JOIN pg_index i ON i.indrelid = s.oid JOIN pg_class ic ON ic.oid = i.indexrelid WHERE s.relkind = 'm' AND s.shown

-- None of [marks]: it is marked as a relation and as a rule.
-- None of [refusals_green]: a view over the new table goes on with it.
-- None of [scene]: it is tried on the table and its views.
-- None of [expected]: they come as they are, but for what is spelled otherwise.
