-- Indexes of the table, which are made with the new table. Lock: none.

-- [description]
UNION ALL
SELECT 'own', format('index %I', c.relname),
       format('%s; tablespace %s; clustered %s; replica identity %s; statistics %s; comment %s',
           known.text,
           coalesce((SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace), 'default'),
           i.indisclustered, i.indisreplident,
           (SELECT string_agg(a.attnum || '=' || a.attstattarget, ',' ORDER BY a.attnum) FROM pg_attribute a
             WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0),
           obj_description(c.oid, 'pg_class')),
       concat(i.indexprs, i.indpred), NULL, NULL
  FROM costly known JOIN pg_index i ON i.indexrelid = known.oid JOIN pg_class c ON c.oid = i.indexrelid
 WHERE known.class = 'index'

-- [marks]
CASE h.classid WHEN 'pg_class'::regclass THEN (SELECT i.xmin::text FROM pg_index i WHERE i.indexrelid = h.objid) END,

-- [claims]
OR d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class k WHERE k.oid = d.objid AND k.relkind = 'i')

-- [refusals]
UNION ALL
SELECT 5, 'its replica identity is an index that was dropped', 'the new table cannot have one like that',
       format('ALTER TABLE %s REPLICA IDENTITY NOTHING means the same; DEFAULT is the primary key.', c.oid::regclass)
  FROM self c WHERE c.relkind = 'r' AND c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)

-- None of [lock] [moves] [scene] [rehearsal]: they stand on the new table from the start.
-- None of [refusals_green] [refusals_change]: they are what the change is about.
-- None of [expected]: they come with the new table.
