-- Describes a table and everything that refers to it, one row a thing, as text that does not depend
-- on OIDs or on the schema the table stands in at this moment. group 'own' is on the table in
-- whichever schema it is; group 'swap' comes to it in the swap. Our own triggers are left out, and
-- so are invalid indexes, which are not carried. from and to are literals: the schema the table
-- stands in, and the one it belongs to. Texts that PostgreSQL prints with the names of all columns in mind take
-- time by the square of their number, each. So they come back as rows of scope 'known', too, named by the row of
-- the catalog that each was made of; and what is given as known (an object of such names and texts) is not printed
-- once more, while the table is in either schema. That is for texts which name nothing that moves with the table; so
-- are the lines of scope 'kept', of columns: while the rows of the catalog that they were made of are the same, one
-- row of scope 'same' comes for all of them. A default has no columns in it and is printed without the table.
-- Lock: none.
WITH RECURSIVE self AS (
    SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid),
view(oid) AS (
    SELECT r.ev_class
      FROM self
      CROSS JOIN LATERAL (
          SELECT objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = self.oid AND classid = 'pg_rewrite'::regclass
          UNION ALL
          SELECT objid FROM pg_depend
           WHERE refclassid = 'pg_type'::regclass AND classid = 'pg_rewrite'::regclass
             AND refobjid IN (SELECT self.reltype UNION SELECT typarray FROM pg_type WHERE oid = self.reltype AND typarray <> 0)
          OFFSET 0) AS d
      JOIN pg_rewrite r ON r.oid = d.objid
     WHERE r.rulename = '_RETURN'
    UNION
    SELECT r.ev_class
      FROM view
      JOIN pg_class k ON k.oid = view.oid
      JOIN pg_depend d ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = view.oid)
                       OR (d.refclassid = 'pg_type'::regclass AND d.refobjid = k.reltype)
      JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
     WHERE r.rulename = '_RETURN'),
-- what reads the table or a view over it; by index (OFFSET 0), for it is read under the lock
reader AS (
    SELECT DISTINCT d.classid, d.objid
      FROM (SELECT :oid::oid UNION ALL SELECT oid FROM view) AS v(oid)
     CROSS JOIN LATERAL (SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = v.oid OFFSET 0) AS d),
-- a partition of 17 and later has the identity, and the sequence, of its parent
parents_identity AS (
    SELECT a.attnum, a.attname, a.attidentity
      FROM self JOIN pg_attribute a ON a.attrelid = self.oid AND a.attidentity <> ''
     WHERE self.relispartition
       AND NOT EXISTS (SELECT FROM pg_depend s JOIN pg_class k ON k.oid = s.objid AND k.relkind = 'S'
                        WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = a.attrelid
                          AND s.refobjsubid = a.attnum AND s.deptype = 'i')),
costly(class, oid, key, tree, text) AS MATERIALIZED (
    SELECT class, oid, key, tree,
           coalesce(:known->>key,
                    replace(CASE class WHEN 'constraint' THEN pg_get_constraintdef(oid) WHEN 'index' THEN pg_get_indexdef(oid)
                                       WHEN 'statistics' THEN (SELECT replace(pg_get_statisticsobjdef(s.oid), format('%I.%I', n.nspname, s.stxname), s.stxname)
                                                                 FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.oid = made.oid)
                                       ELSE (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.oid = made.oid) END,
                            quote_ident(:from) || '.', quote_ident(:to) || '.'))
      FROM (SELECT 'constraint', c.oid, md5(replace(c::text, format(',%s,c,', c.connamespace), ',c,')), c.conbin::text
              FROM pg_constraint c WHERE c.conrelid = :oid AND c.contype = 'c'
            UNION ALL
            SELECT 'index', i.indexrelid, md5(concat_ws(' ', to_jsonb(i), c.relname, c.relam, c.reloptions)), concat(i.indexprs, i.indpred)
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = :oid AND i.indisvalid
            UNION ALL
            SELECT 'statistics', s.oid, md5((to_jsonb(s) - 'stxnamespace')::text), s.stxexprs::text
              FROM pg_statistic_ext s WHERE s.stxrelid = :oid
            UNION ALL
            SELECT 'generated', d.oid, md5(to_jsonb(d)::text), d.adbin::text
              FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''
             WHERE d.adrelid = :oid) AS made(class, oid, key, tree)),
printed(texts) AS MATERIALIZED (SELECT jsonb_object_agg(class || oid, text) FROM costly),
-- what columns are made of; a partition's identity is its parent's
marked(mark) AS MATERIALIZED (
    SELECT md5(concat_ws(';',
               'columns', (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = self.oid AND a.attnum > 0),
               'defaults', (SELECT string_agg(d.xmin::text, ',' ORDER BY d.adnum) FROM pg_attrdef d WHERE d.adrelid = self.oid),
               'comments', (SELECT string_agg(t.xmin::text, ',' ORDER BY t.objsubid) FROM pg_description t
                             WHERE t.classoid = 'pg_class'::regclass AND t.objoid = self.oid AND t.objsubid > 0)))
      FROM self WHERE NOT relispartition),
same(holds, others) AS MATERIALIZED (
    SELECT coalesce(:known->>'columns' = (SELECT mark FROM marked), false), (:known->>'other columns')::smallint[]),
-- what is read for the first time and names nothing that moves with the table
still(id) AS MATERIALIZED (
    SELECT id
      FROM (SELECT key, tree FROM costly UNION ALL SELECT 'default' || oid, adbin::text FROM pg_attrdef WHERE adrelid = :oid) AS made(id, tree)
     WHERE :known IS NULL
       AND NOT EXISTS (SELECT FROM regexp_matches(tree, 'type(?:id)? (\d+)', 'gi') AS m(id)
                         JOIN pg_type t ON t.oid = m.id[1]::oid
                         LEFT JOIN pg_type e ON e.oid = t.typelem
                        WHERE t.typrelid <> 0 OR e.typrelid <> 0 OR coalesce(e.typname, t.typname) LIKE 'reg%')),
still_column(attnum) AS MATERIALIZED (
    SELECT a.attnum
      FROM marked, pg_attribute a
      JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = t.typelem
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE :known IS NULL AND a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped
       AND t.typrelid = 0 AND coalesce(e.typrelid, 0) = 0
       AND (d.oid IS NULL OR 'default' || d.oid IN (SELECT id FROM still))),
-- texts of expressions that do not say which operator they mean
tree(scope, name, text) AS (
    SELECT 'kept', format('column %I', a.attname), d.adbin::text
      FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
     WHERE d.adrelid = :oid AND NOT (SELECT holds FROM same)
    UNION ALL
    SELECT 'own', format('constraint %I', c.conname), c.conbin::text
      FROM pg_constraint c WHERE c.conrelid = :oid AND c.contype = 'c' AND c.conname <> 'pgswap_bound'
    UNION ALL
    SELECT 'own', format('index %I', c.relname), concat(i.indexprs, i.indpred)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = :oid AND i.indisvalid
    UNION ALL
    SELECT 'own', format('statistics %I', s.stxname), s.stxexprs::text FROM pg_statistic_ext s WHERE s.stxrelid = :oid
    UNION ALL
    SELECT 'swap', format('trigger %I', t.tgname), t.tgqual::text FROM pg_trigger t WHERE t.tgrelid = :oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'swap', format('policy %I', p.polname), concat(p.polqual, p.polwithcheck) FROM pg_policy p WHERE p.polrelid = :oid
    UNION ALL
    SELECT 'swap', format('text of view %s', view.oid::regclass), (SELECT r.ev_action::text FROM pg_rewrite r WHERE r.ev_class = view.oid AND r.rulename = '_RETURN') FROM view),
item(scope, name, definition) AS (
    SELECT scope, 'operators of ' || name,
           coalesce((SELECT string_agg(DISTINCT format('%I.%s', n.nspname, o.oprname), ' ')
                       FROM regexp_matches(text, ':opno (\d+)', 'g') AS m(id)
                       JOIN pg_operator o ON o.oid = m.id[1]::oid
                       JOIN pg_namespace n ON n.oid = o.oprnamespace AND n.nspname <> 'pg_catalog'), 'the server''s own')
      FROM tree WHERE text ~ '\{(DISTINCTEXPR|NULLIFEXPR|CASETESTEXPR)'
    UNION ALL
    SELECT 'own', 'table', format('owner %s; persistence %s; method %s; tablespace %s; options %s; toast options %s; replica identity %s; kind %s; of %s; grants %s; comment %s; type''s grants %s; type''s comment %s',
               pg_get_userbyid(c.relowner), c.relpersistence, (SELECT amname FROM pg_am WHERE oid = c.relam),
               coalesce((SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace), 'default'),
               (SELECT array_agg(o ORDER BY o) FROM unnest(c.reloptions) AS o),
               (SELECT array_agg(o ORDER BY o) FROM pg_class t, unnest(t.reloptions) AS o WHERE t.oid = c.reltoastrelid),
               c.relreplident, c.relkind,
               CASE c.reloftype WHEN 0 THEN '-' ELSE c.reloftype::regtype::text END,
               coalesce(c.relacl, acldefault('r', c.relowner)), obj_description(c.oid, 'pg_class'),
               coalesce(y.typacl, acldefault('T', y.typowner)), obj_description(y.oid, 'pg_type'))
      FROM self c JOIN pg_type y ON y.oid = c.reltype
    UNION ALL
    SELECT CASE WHEN a.attnum IN (SELECT attnum FROM still_column) THEN 'kept' ELSE 'own' END, format('column %I', a.attname),
           format('position %s; type %s; collation %s; not null %s; default %s; identity %s; generated %s; storage %s; compression %s; statistics %s; options %s; grants %s; comment %s%s',
               a.position, format_type(a.atttypid, a.atttypmod),
               CASE a.attcollation WHEN 0 THEN '-' ELSE a.attcollation::regcollation::text END,
               a.attnotnull, CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) ELSE (SELECT texts->>('generated' || d.oid) FROM printed) END, CASE WHEN i.attnum IS NOT NULL THEN '' ELSE a.attidentity END, a.attgenerated, a.attstorage,
               a.attcompression, nullif(a.attstattarget, -1),
               CASE WHEN a.attoptions IS NOT NULL THEN (SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%') END,
               a.attacl, t.description,
               -- of the parents in classical inheritance
               CASE WHEN a.attinhcount > 0 AND NOT (SELECT relispartition FROM self) THEN CASE WHEN a.attislocal THEN '; inherited, and its own' ELSE '; inherited' END END)
      FROM (SELECT a.*, row_number() OVER (ORDER BY a.attnum) AS position
              FROM pg_attribute a
             WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT (SELECT holds AND others = '{}' FROM same)) AS a
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      LEFT JOIN parents_identity i ON i.attnum = a.attnum
      LEFT JOIN pg_description t ON t.classoid = 'pg_class'::regclass AND t.objoid = a.attrelid AND t.objsubid = a.attnum
     WHERE NOT (SELECT holds FROM same) OR a.attnum = ANY ((SELECT others FROM same)::smallint[])
    UNION ALL
    SELECT 'swap', format('identity of column %I', attname), format('%s, of the parent', attidentity) FROM parents_identity
    UNION ALL
    SELECT 'own', format('constraint %I', c.conname),
           format('%s; comment %s%s%s', CASE c.contype WHEN 'c' THEN checked.text ELSE pg_get_constraintdef(c.oid) END,
               (SELECT x.description FROM pg_description x WHERE x.objoid = c.oid AND x.classoid = 'pg_constraint'::regclass AND x.objsubid = 0),
               CASE WHEN c.coninhcount > 0 AND NOT (SELECT relispartition FROM self) THEN CASE WHEN c.conislocal THEN '; inherited, and its own' ELSE '; inherited' END END,
               -- a deferrable key is enforced by a trigger
               (SELECT '; triggers ' || string_agg(t.tgenabled::text, '' ORDER BY t.tgtype) FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O'))
      FROM printed, pg_constraint c
      CROSS JOIN LATERAL (SELECT texts->>('constraint' || c.oid)) AS checked(text)
     WHERE c.conrelid = :oid AND c.contype IN ('p', 'u', 'x', 'c', 'n') AND c.conname <> 'pgswap_bound'
       -- stand-ins of foreign keys
       AND NOT (checked.text IS NOT DISTINCT FROM 'CHECK (true)'
                AND EXISTS (SELECT FROM self WHERE self.nspname = :from AND :from <> :to))
    UNION ALL
    SELECT 'own', format('index %I', c.relname),
           format('%s; tablespace %s; clustered %s; replica identity %s; statistics %s; comment %s',
               known.text,
               coalesce((SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace), 'default'),
               i.indisclustered, i.indisreplident,
               (SELECT string_agg(a.attnum || '=' || a.attstattarget, ',' ORDER BY a.attnum) FROM pg_attribute a
                 WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0),
               obj_description(c.oid, 'pg_class'))
      FROM costly known JOIN pg_index i ON i.indexrelid = known.oid JOIN pg_class c ON c.oid = i.indexrelid
     WHERE known.class = 'index'
    UNION ALL
    SELECT 'swap', format('parent of index %s', i.indexrelid::regclass), i.parent::regclass::text
      FROM (SELECT i.indexrelid, h.inhparent AS parent FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE i.indrelid = :oid) AS i
    UNION ALL
    SELECT 'swap', format('%s depends on extension %s', CASE WHEN t.oid IS NULL THEN format('index %s', i.indexrelid::regclass) ELSE format('trigger %I', t.tgname) END, e.extname), ''
      FROM (SELECT 'pg_class'::regclass::oid AS classid, indexrelid AS objid FROM pg_index WHERE indrelid = :oid
            UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid = :oid) AS o
      JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x'
      JOIN pg_extension e ON e.oid = d.refobjid
      LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
      LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
    UNION ALL
    SELECT 'own', format('statistics %I', s.stxname),
           format('%s; owner %s; target %s; comment %s', known.text,
                  pg_get_userbyid(s.stxowner),
                  nullif(s.stxstattarget, -1), obj_description(s.oid, 'pg_statistic_ext'))
      FROM costly known JOIN pg_statistic_ext s ON s.oid = known.oid WHERE known.class = 'statistics'
    UNION ALL
    SELECT 'swap', format('schema of statistics %I', s.stxname), n.nspname::text
      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = :oid AND n.nspname NOT IN (:from, :to)
    UNION ALL
    SELECT CASE d.deptype WHEN 'i' THEN 'own' ELSE 'swap' END, format('sequence %I', c.relname),
           format('%s column %I; persistence %s; type %s; start %s; increment %s; minimum %s; maximum %s; cache %s; cycle %s; owner %s; grants %s; comment %s',
               CASE d.deptype WHEN 'i' THEN 'identity of' ELSE 'owned by' END, a.attname, c.relpersistence,
               format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
               pg_get_userbyid(c.relowner), coalesce(c.relacl, acldefault('s', c.relowner)),
               obj_description(c.oid, 'pg_class'))
      FROM pg_depend d
      JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_sequence s ON s.seqrelid = c.oid
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = :oid AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT 'swap', format('trigger %I', t.tgname),
           format('%s; enabled %s; of the parent %s; comment %s', pg_get_triggerdef(t.oid), t.tgenabled, t.tgparentid <> 0, obj_description(t.oid, 'pg_trigger'))
      FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE t.tgrelid = :oid AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND t.tgconstraint = 0) AND NOT (t.tgname LIKE 'pgswap\_%' AND n.nspname = :'state')
    UNION ALL
    SELECT 'swap', 'row-level security', format('enabled %s; forced %s', c.relrowsecurity, c.relforcerowsecurity)
      FROM self c WHERE c.relrowsecurity OR c.relforcerowsecurity
    UNION ALL
    SELECT 'swap', format('text of view %s', k.oid::regclass), pg_get_viewdef(k.oid)
      FROM view JOIN pg_class k USING (oid)
    UNION ALL
    SELECT 'swap', format('view %s', k.oid::regclass),
           format('kind %s; options %s; owner %s; grants %s; comment %s; columns %s; rules %s; triggers %s; indexes %s; statistics %s; extensions %s',
               concat_ws(' ', k.relkind, k.reltablespace, (SELECT amname FROM pg_am WHERE oid = k.relam)), (SELECT array_agg(o ORDER BY o) FROM unnest(k.reloptions) AS o),
               pg_get_userbyid(k.relowner), coalesce(k.relacl, acldefault('r', k.relowner)), obj_description(k.oid, 'pg_class'),
               (SELECT string_agg(concat_ws(' ', format('%I %s %s %s', a.attname, pg_get_expr(d.adbin, 0), a.attacl, col_description(k.oid, a.attnum)),
                                            CASE k.relkind WHEN 'm' THEN concat_ws(' ', a.attstorage, a.attcompression, nullif(a.attstattarget, -1),
                                                (SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%')) END), ', ' ORDER BY a.attnum)
                  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 WHERE a.attrelid = k.oid AND a.attnum > 0),
               (SELECT string_agg(concat_ws(' ', pg_get_ruledef(r.oid), obj_description(r.oid, 'pg_rewrite')), ' ' ORDER BY r.rulename) FROM pg_rewrite r WHERE r.ev_class = k.oid AND r.rulename <> '_RETURN'),
               (SELECT string_agg(concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger')), '; ' ORDER BY t.tgname) FROM pg_trigger t WHERE t.tgrelid = k.oid AND NOT t.tgisinternal),
               (SELECT string_agg(concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisclustered, ik.reltablespace, obj_description(i.indexrelid, 'pg_class'),
                                            (SELECT string_agg(a.attnum || '=' || a.attstattarget, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)),
                                  '; ' ORDER BY i.indexrelid::regclass::text)
                  FROM pg_index i JOIN pg_class ik ON ik.oid = i.indexrelid WHERE i.indrelid = k.oid),
               (SELECT string_agg(concat_ws(' ', pg_get_statisticsobjdef(s.oid), nullif(s.stxstattarget, -1), obj_description(s.oid, 'pg_statistic_ext')), '; ' ORDER BY s.stxname)
                  FROM pg_statistic_ext s WHERE s.stxrelid = k.oid),
               (SELECT string_agg(e.extname, ', ' ORDER BY e.extname)
                  FROM (SELECT 'pg_class'::regclass::oid AS classid, k.oid AS objid
                        UNION ALL SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid = k.oid
                        UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid = k.oid) AS o
                  JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x'
                  JOIN pg_extension e ON e.oid = d.refobjid))
      FROM view JOIN pg_class k USING (oid)
    UNION ALL
    SELECT 'swap', format('rule %I on %s', r.rulename, r.ev_class::regclass),
           format('%s; enabled %s; comment %s', pg_get_ruledef(r.oid), r.ev_enabled, obj_description(r.oid, 'pg_rewrite'))
      FROM reader JOIN pg_rewrite r ON reader.classid = 'pg_rewrite'::regclass AND r.oid = reader.objid
     WHERE r.rulename <> '_RETURN' AND r.ev_class <> :oid AND r.ev_class NOT IN (SELECT oid FROM view)
    UNION ALL
    SELECT 'swap', format('policy %I on %s', p.polname, p.polrelid::regclass),
           format('using %s; check %s; comment %s', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
      FROM reader JOIN pg_policy p ON reader.classid = 'pg_policy'::regclass AND p.oid = reader.objid
     WHERE p.polrelid <> :oid
    UNION ALL
    SELECT 'swap', format('function %s', f.oid::regprocedure),
           format('%s; owner %s; grants %s; comment %s', pg_get_functiondef(f.oid), pg_get_userbyid(f.proowner),
                  coalesce(f.proacl, acldefault('f', f.proowner)), obj_description(f.oid, 'pg_proc'))
      FROM (SELECT objid AS oid FROM reader WHERE classid = 'pg_proc'::regclass
            UNION
            SELECT d.objid FROM self CROSS JOIN LATERAL (SELECT self.reltype UNION SELECT typarray FROM pg_type WHERE oid = self.reltype AND typarray <> 0) AS y(oid)
              JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass AND d.refobjid = y.oid) AS user_of
      JOIN pg_proc f USING (oid)
     WHERE f.prokind <> 'a'
    UNION ALL
    SELECT 'swap', format('rule %I', r.rulename),
           format('%s; enabled %s; comment %s', pg_get_ruledef(r.oid), r.ev_enabled, obj_description(r.oid, 'pg_rewrite'))
      FROM pg_rewrite r WHERE r.ev_class = :oid
    UNION ALL
    SELECT 'swap', format('policy %I', p.polname),
           format('permissive %s; for %s; to %s; using %s; check %s; comment %s', p.polpermissive, p.polcmd,
               (SELECT array_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r) END ORDER BY 1) FROM unnest(p.polroles) AS r),
               pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
               obj_description(p.oid, 'pg_policy'))
      FROM pg_policy p WHERE p.polrelid = :oid
    UNION ALL
    SELECT 'swap', format('foreign key %I on %s', c.conname, c.conrelid::regclass),
           format('%s; comment %s%s', replace(pg_get_constraintdef(c.oid), ' NOT VALID', ''),
               (SELECT x.description FROM pg_description x WHERE x.objoid = c.oid AND x.classoid = 'pg_constraint'::regclass AND x.objsubid = 0),
               (SELECT '; triggers ' || string_agg(t.tgenabled::text, '' ORDER BY t.tgrelid, t.tgtype) FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O'))
      FROM reader JOIN pg_constraint c ON reader.classid = 'pg_constraint'::regclass AND c.oid = reader.objid
     WHERE c.contype = 'f' AND c.conparentid = 0 AND (c.conrelid = :oid OR c.confrelid = :oid)
       -- those of partitioned tables come back in several steps after the swap
       AND (c.conrelid = :oid OR NOT EXISTS (SELECT FROM pg_class k WHERE k.oid = c.conrelid AND (k.relkind = 'p' OR k.relispartition)))
    UNION ALL
    SELECT 'swap', format('foreign key %I from %s', c.conname, u.conrelid::regclass), format('%s; comment %s', u.conname, obj_description(c.oid, 'pg_constraint'))
      FROM pg_constraint c JOIN pg_constraint u ON u.oid = c.conparentid AND u.conrelid <> c.conrelid WHERE c.contype = 'f' AND c.conrelid = :oid
    UNION ALL
    -- PostgreSQL 14 has neither filters nor lists: there the names are those outside
    SELECT 'swap', format('publication %I', p.pubname),
           format('columns %s; where %s; except %s',
               (SELECT array_agg(a.attname ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = :oid AND a.attnum = ANY (pr.columns)),
               pr.filter, pr.entry->'prexcept')
      FROM (SELECT NULL::pg_node_tree AS prqual, NULL::int2vector AS prattrs) AS missing,
           LATERAL (SELECT prpubid, pg_get_expr(prqual, prrelid) AS filter, prattrs AS columns, to_jsonb(r) AS entry
                      FROM pg_publication_rel r WHERE prrelid = :oid) AS pr
      JOIN pg_publication p ON p.oid = pr.prpubid
    UNION ALL
    SELECT 'swap', format('publication %I of all tables', p.pubname), '' FROM pg_publication p WHERE p.puballtables
    UNION ALL
    SELECT 'swap', format('parent %s', i.inhparent::regclass),
           format('%s%s', coalesce(pg_get_expr(c.relpartbound, c.oid), format('number %s', row_number() OVER (ORDER BY i.inhseqno))), CASE WHEN i.inhdetachpending THEN '; being detached' END)
      FROM pg_inherits i JOIN self c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
     WHERE NOT (p.relname = 'pgswap_parent' AND starts_with(pn.nspname, 'pgswap_'))
    UNION ALL
    SELECT 'swap', format('child %s', i.inhrelid::regclass), '' FROM pg_inherits i WHERE i.inhparent = :oid
    UNION ALL
    SELECT 'swap', format('extension %s', e.extname), 'member'
      FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
     WHERE d.classid = 'pg_class'::regclass AND d.objid = :oid AND d.deptype = 'e'
    UNION ALL
    SELECT 'swap', format('label of %s by %s', l.objsubid, l.provider), l.label
      FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = :oid
    UNION ALL
    SELECT 'swap', format('subscription %s', srsubid), '' FROM pg_subscription_rel WHERE srrelid = :oid
    UNION ALL
    -- all else that refers to the table or its row type, and would go on with the old one: none when the migration
    -- began, for it is refused (see refusals.sql)
    SELECT DISTINCT 'swap', pg_describe_object(d.classid, d.objid, d.objsubid), ''
      FROM (SELECT d.* FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid
            UNION ALL
            SELECT d.* FROM self c CROSS JOIN LATERAL (SELECT c.reltype UNION SELECT typarray FROM pg_type WHERE oid = c.reltype AND typarray <> 0) AS y(oid)
              JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = y.oid) AS d
     WHERE d.deptype IN ('n', 'a', 'x')
       AND d.classid NOT IN ('pg_statistic_ext'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_publication_rel'::regclass)
       AND NOT (d.classid = 'pg_class'::regclass
                AND (d.objid = :oid OR d.objid IN (SELECT oid FROM view)
                     OR EXISTS (SELECT FROM pg_class k WHERE k.oid = d.objid AND k.relkind IN ('i', 'S', 't'))
                     OR EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = d.objid AND i.inhparent = :oid)))
       AND NOT (d.classid = 'pg_type'::regclass AND d.objid = (SELECT reltype FROM self))
       -- its own default, and that of the other table of ours
       AND NOT (d.classid = 'pg_attrdef'::regclass
                AND (d.objid IN (SELECT oid FROM pg_attrdef WHERE adrelid = :oid)
                     OR EXISTS (SELECT FROM pg_attrdef k JOIN pg_class t ON t.oid = k.adrelid JOIN pg_namespace n ON n.oid = t.relnamespace
                                 WHERE k.oid = d.objid AND starts_with(n.nspname, 'pgswap_'))))
       AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND :oid IN (k.conrelid, k.confrelid)))
       AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger k WHERE k.oid = d.objid AND k.tgrelid = :oid))
       AND NOT (d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_class'::regclass))
SELECT scope, replace(name, quote_ident(:from) || '.', quote_ident(:to) || '.') AS name,
       replace(definition, quote_ident(:from) || '.', quote_ident(:to) || '.') AS definition
  FROM item
UNION ALL
SELECT 'known', key, text FROM costly WHERE key IN (SELECT id FROM still)
UNION ALL
SELECT 'known', 'columns', mark FROM marked WHERE :known IS NULL
UNION ALL
SELECT 'known', 'other columns', coalesce(array_agg(attnum), '{}')::text
  FROM pg_attribute a
 WHERE :known IS NULL AND attrelid = :oid AND attnum > 0 AND NOT attisdropped AND attnum NOT IN (SELECT attnum FROM still_column)
UNION ALL
SELECT 'same', 'columns', '' FROM same WHERE holds;
