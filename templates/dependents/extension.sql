-- Extensions: that the table belongs to one is refused; that an index, a trigger or a materialized view goes with one
-- (DEPENDS ON EXTENSION) is carried. Lock: ACCESS EXCLUSIVE on these, whose tables are locked already.

-- [moves]
UNION ALL
SELECT 'after', 'rest', x.objid::bigint,
       format('ALTER %s DEPENDS ON EXTENSION %I',
              CASE WHEN t.oid IS NOT NULL THEN format('TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
                   WHEN i.indexrelid IS NOT NULL THEN format('INDEX %s', i.indexrelid::regclass) ELSE format('MATERIALIZED VIEW %s', shown.name) END, e.extname)
  FROM pg_depend x JOIN pg_extension e ON x.refclassid = 'pg_extension'::regclass AND e.oid = x.refobjid
  LEFT JOIN pg_trigger t ON x.classid = 'pg_trigger'::regclass AND t.oid = x.objid
  LEFT JOIN pg_index i ON x.classid = 'pg_class'::regclass AND i.indexrelid = x.objid
  LEFT JOIN shown ON shown.rebuilt AND shown.oid IN (t.tgrelid, i.indrelid, CASE x.classid WHEN 'pg_class'::regclass THEN x.objid END)
 WHERE x.deptype = 'x' AND (shown.oid IS NOT NULL OR t.tgrelid = :oid OR i.indrelid = :oid)

-- [description]
UNION ALL
SELECT 'swap', format('extension %s', e.extname), 'member', NULL, NULL, NULL
  FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
 WHERE d.classid = 'pg_class'::regclass AND d.objid = :oid AND d.deptype = 'e'
UNION ALL
SELECT 'swap', format('%s depends on extension %s', CASE WHEN t.oid IS NULL THEN format('index %s', i.indexrelid::regclass) ELSE format('trigger %I', t.tgname) END, e.extname), '', NULL, NULL, NULL
  FROM (SELECT 'pg_class'::regclass::oid AS classid, indexrelid AS objid FROM pg_index WHERE indrelid = :oid
        UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE tgrelid = :oid) AS o
  JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x'
  JOIN pg_extension e ON e.oid = d.refobjid
  LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
  LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid

-- [marks]
-- (a default has none, and there are many of them)
CASE WHEN h.classid <> 'pg_attrdef'::regclass THEN
    (SELECT string_agg(d.refobjid::text, ',' ORDER BY d.refobjid) FROM pg_depend d WHERE d.classid = h.classid AND d.objid = h.objid AND d.deptype IN ('e', 'x')) END,

-- [refusals]
UNION ALL
SELECT 4, format('it belongs to extension %s', e.extname), 'the extension manages it', 'ALTER EXTENSION ... DROP TABLE takes it out, if that is what you want.'
  FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
 WHERE d.classid = 'pg_class'::regclass AND d.objid = :oid AND d.deptype = 'e'

-- None of [lock]: what it is on is locked.
-- None of [claims]: the extension does not hang on the table.
-- None of [refusals_green]: the change makes no extension's objects.
-- None of [refusals_change] [scene] [rehearsal]: it names no column.
-- None of [expected]: it comes as it is.
