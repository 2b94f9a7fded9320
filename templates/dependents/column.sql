-- Columns with their defaults. They are made with the new table; a default that mentions the table itself means the
-- one that takes its name, and is set again. Lock: ACCESS EXCLUSIVE on the table.

-- [moves]
UNION ALL
-- defaults that mention the table itself
SELECT 'after', 'defaults', a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', self.name, coalesce(m.target, a.attname), pg_get_expr(d.adbin, 0))
  FROM self JOIN pg_attrdef d ON d.adrelid = self.oid JOIN pg_attribute a ON a.attrelid = self.oid AND a.attnum = d.adnum AND a.attgenerated = ''
  LEFT JOIN mapped m ON m.source = a.attname
 WHERE EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid
                  AND x.refclassid = 'pg_class'::regclass AND x.refobjid = self.oid AND x.refobjsubid = 0)

-- [description]
UNION ALL
SELECT CASE WHEN a.attnum IN (SELECT attnum FROM still_column) THEN 'marked' ELSE 'own' END, format('column %I', a.attname),
       format('position %s; type %s; collation %s; not null %s; default %s; identity %s; generated %s; storage %s; compression %s; statistics %s; options %s; grants %s; comment %s%s',
           a.position, format_type(a.atttypid, a.atttypmod),
           CASE a.attcollation WHEN 0 THEN '-' ELSE a.attcollation::regcollation::text END,
           a.attnotnull, CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) ELSE (SELECT texts->>('generated' || d.oid) FROM printed) END, CASE WHEN i.attnum IS NOT NULL THEN '' ELSE a.attidentity END, a.attgenerated, a.attstorage,
           a.attcompression, nullif(a.attstattarget, -1),
           CASE WHEN a.attoptions IS NOT NULL THEN (SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) AS o WHERE o NOT LIKE 'pg\_attver=%') END,
           a.attacl, t.description,
           -- of the parents in classical inheritance
           CASE WHEN a.attinhcount > 0 AND NOT (SELECT relispartition FROM self) THEN CASE WHEN a.attislocal THEN '; inherited, and its own' ELSE '; inherited' END END),
       d.adbin::text, NULL, NULL
  FROM (SELECT a.*, row_number() OVER (ORDER BY a.attnum) AS position
          FROM pg_attribute a
         WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT (SELECT holds AND others = '{}' FROM same)) AS a
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN parents_identity i ON i.attnum = a.attnum
  LEFT JOIN pg_description t ON t.classoid = 'pg_class'::regclass AND t.objoid = a.attrelid AND t.objsubid = a.attnum
 WHERE NOT (SELECT holds FROM same) OR a.attnum = ANY ((SELECT others FROM same)::smallint[])

-- [marks]
CASE h.classid
    WHEN 'pg_class'::regclass THEN (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = h.objid AND a.attnum > 0)
    WHEN 'pg_attrdef'::regclass THEN (SELECT d.xmin::text FROM pg_attrdef d WHERE d.oid = h.objid) END,
CASE WHEN h.is_table THEN (SELECT string_agg(o.xmin::text, ',' ORDER BY o.adnum) FROM pg_attrdef o WHERE o.adrelid = h.objid) END,

-- [claims]
-- its own default, and that of the other table of ours
OR d.classid = 'pg_attrdef'::regclass
   AND (d.objid IN (SELECT oid FROM pg_attrdef WHERE adrelid = :oid)
        OR EXISTS (SELECT FROM pg_attrdef k JOIN pg_class t ON t.oid = k.adrelid JOIN pg_namespace n ON n.oid = t.relnamespace
                    WHERE k.oid = d.objid AND starts_with(n.nspname, 'pgswap_')))

-- [refusals]
UNION ALL
SELECT 2, format('generated column %I is inherited', g.attname), format('column %I, which is inherited and defined here, too, cannot be made beside it', a.attname),
       'Take the table out with ALTER TABLE ... NO INHERIT, if it may stay outside; or make the change with a plain ALTER TABLE.'
  FROM self c
  JOIN pg_attribute g ON g.attrelid = c.oid AND g.attgenerated <> '' AND NOT g.attislocal AND NOT g.attisdropped
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attislocal AND a.attinhcount > 0 AND NOT a.attisdropped
 WHERE NOT c.relispartition

-- [rehearsal]
UNION ALL
SELECT 'table', a.attnum, false, format('the default of column %I of %s', a.attname, s.name),
       format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', s.there, coalesce(m.target, a.attname), pg_get_expr(d.adbin, 0)), NULL
  FROM seat s JOIN pg_attrdef d ON d.adrelid = s.oid JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum = d.adnum AND a.attgenerated = ''
  LEFT JOIN mapped m ON m.source = a.attname
 WHERE s.oid = :oid
   AND EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = d.oid
                  AND x.refclassid = 'pg_class'::regclass AND x.refobjid = s.oid AND x.refobjsubid = 0)

-- None of [lock]: it is the table's.
-- None of [refusals_green] [refusals_change]: they are what the change is about.
-- None of [scene]: it is tried on the table and its views.
-- None of [expected]: they come with the new table.
