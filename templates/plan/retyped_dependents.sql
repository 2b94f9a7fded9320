-- Names, as in the description, of what may be spelled differently by the server once the types of
-- columns have changed: texts of objects that depend on such a column, or on a view that does. Lock: as description.
WITH RECURSIVE mapped(source, source_type, target, target_type) AS (VALUES :mapped),
:part_description,
follows(classid, objid) AS (
    SELECT d.classid, d.objid
      FROM mapped m
      JOIN pg_attribute a ON a.attrelid = :oid AND a.attname = m.source
      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND d.refobjsubid = a.attnum
     WHERE m.source_type <> m.target_type
    UNION
    SELECT next.classid, next.objid
      FROM follows f
      JOIN pg_rewrite r ON f.classid = 'pg_rewrite'::regclass AND r.oid = f.objid AND r.rulename = '_RETURN'
      CROSS JOIN LATERAL (
          SELECT 'pg_class'::regclass, r.ev_class
          UNION ALL
          SELECT d.classid, d.objid FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = r.ev_class) AS next(classid, objid))
SELECT name FROM item JOIN follows USING (classid, objid);
