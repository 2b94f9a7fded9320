-- The table itself with its row type, its TOAST table and its grants. Lock: ACCESS EXCLUSIVE on it, which dependents.sql takes.

-- [description]
UNION ALL
SELECT 'own', 'table', format('owner %s; persistence %s; method %s; tablespace %s; options %s; toast options %s; replica identity %s; kind %s; of %s; grants %s; comment %s; type''s grants %s; type''s comment %s',
           pg_get_userbyid(c.relowner), c.relpersistence, (SELECT amname FROM pg_am WHERE oid = c.relam),
           coalesce((SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace), 'default'),
           (SELECT array_agg(o ORDER BY o) FROM unnest(c.reloptions) AS o),
           (SELECT array_agg(o ORDER BY o) FROM pg_class t, unnest(t.reloptions) AS o WHERE t.oid = c.reltoastrelid),
           c.relreplident, c.relkind,
           CASE c.reloftype WHEN 0 THEN '-' ELSE c.reloftype::regtype::text END,
           coalesce(c.relacl, acldefault('r', c.relowner)), obj_description(c.oid, 'pg_class'),
           coalesce(y.typacl, acldefault('T', y.typowner)), obj_description(y.oid, 'pg_type')), NULL, NULL, NULL
  FROM self c JOIN pg_type y ON y.oid = c.reltype

-- [marks]
CASE h.classid WHEN 'pg_class'::regclass THEN (SELECT c.xmin::text FROM pg_class c WHERE c.oid = h.objid)
               WHEN 'pg_type'::regclass THEN (SELECT t.xmin::text FROM pg_type t WHERE t.oid = h.objid) END,

-- [claims]
OR d.classid = 'pg_class'::regclass AND (d.objid = :oid OR EXISTS (SELECT FROM pg_class k WHERE k.oid = d.objid AND k.relkind = 't'))
OR d.classid = 'pg_type'::regclass AND d.objid = (SELECT reltype FROM self)

-- [refusals]
UNION ALL
SELECT 3, format('it is a typed table (OF %s)', c.reloftype::regtype), 'its columns belong to the type', 'ALTER TABLE ... NOT OF makes it an ordinary one.'
  FROM self c WHERE c.reloftype <> 0

-- None of [lock] [moves]: it is what the others are moved to.
-- None of [refusals_green] [refusals_change] [scene] [rehearsal]: it is what the change is about.
-- None of [expected]: it is the new one.
