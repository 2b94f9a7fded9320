-- A cheap mark of live that changes when another session alters it, or anything that depends on it, without
-- the locks we hold; and, as with row_marks.sql, standby's files. What of an object is marked, each kind says in its
-- section [marks]: arguments over the object h (classid, objid; is_table: it is live). Comments are marked of each.
-- By index in catalogs of any size (OFFSET 0, correlated sub-selects): it is read under the lock, too. Defaults of
-- other tables, temporary ones among them, that use its sequence are not followed. Lock: none.
WITH RECURSIVE hangs(classid, objid) AS (
    SELECT 'pg_class'::regclass::oid, :live_oid::oid
    UNION
    SELECT next.classid, next.objid
      FROM hangs h
      CROSS JOIN LATERAL (
          SELECT d.classid, d.objid FROM pg_depend d
           WHERE d.refclassid = h.classid AND d.refobjid = h.objid
             AND (d.classid <> 'pg_attrdef'::regclass
                  -- its own, on which nothing hangs, are taken together
                  OR d.objid NOT IN (SELECT o.oid FROM pg_attrdef o WHERE o.adrelid = :live_oid)
                     AND d.refobjid IN (:live_oid, (SELECT f.adrelid FROM pg_attrdef f WHERE f.oid = d.objid)))
          UNION ALL
          SELECT 'pg_class'::regclass, r.ev_class FROM pg_rewrite r WHERE h.classid = 'pg_rewrite'::regclass AND r.oid = h.objid
          OFFSET 0) AS next)
SELECT md5(concat_ws('|', (SELECT string_agg(pg_relation_filenode(heap.oid)::text, ',' ORDER BY heap.oid) FROM (VALUES (:standby_oid::oid)) AS relation(oid)
:part_heaps), string_agg(concat_ws(' ', h.classid, h.objid,
           :each_marks
           CASE WHEN h.classid <> 'pg_attrdef'::regclass THEN
               (SELECT string_agg(d.xmin::text, ',' ORDER BY d.objsubid) FROM pg_description d
                 WHERE d.objoid = h.objid AND d.classoid = h.classid) END), ';' ORDER BY h.classid, h.objid))) AS marks
  FROM (SELECT classid, objid, classid = 'pg_class'::regclass AND objid = :live_oid AS is_table FROM hangs) AS h;
