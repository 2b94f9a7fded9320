-- Describes the table oid and everything that refers to it, one row a thing (item): expressions of a WITH RECURSIVE, for
-- other templates (:part_description), over from, to and known, as description.sql has them. A row has the scope
-- (own, marked or swap), the name and the text of the thing; the parse trees of expressions in the text; and the object,
-- if the text of what comes in the swap may be spelled otherwise when the types of columns change that it depends on.
-- The rows of each kind are its section [description].
-- Lock: none.
self AS (
    SELECT c.*, n.nspname, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid),
:part_views,
view AS (SELECT oid FROM height),
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
item(scope, name, definition, tree, classid, objid) AS (
    SELECT NULL::text, NULL::text, NULL::text, NULL::text, NULL::oid, NULL::oid WHERE false
    :each_description
    UNION ALL
    -- all else that refers to the table or its row type, and would go on with the old one: none when the migration
    -- began, for it is refused (see refusals.sql)
    SELECT DISTINCT 'swap', pg_describe_object(classid, objid, objsubid), '', NULL, NULL::oid, NULL::oid FROM (:part_unclaimed) AS unclaimed)
