-- A cheap mark of live that changes with everything that another session may alter without the locks
-- we hold: grants, views, functions. Lock: none.
SELECT concat_ws(' ', c.xmin,
                 (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
                 (SELECT string_agg(d.classid || '.' || d.objid, ',' ORDER BY d.classid, d.objid) FROM pg_depend d
                   WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid),
                 (SELECT string_agg(r.xmin::text, ',' ORDER BY r.oid) FROM pg_rewrite r
                   WHERE r.oid IN (SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass
                                      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid))) AS marks
  FROM pg_class c WHERE c.oid = :oid;
