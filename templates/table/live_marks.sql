-- A cheap mark of live that changes when another session alters it, or anything that depends on it, without
<<<<<<< HEAD
-- the locks we hold: grants, triggers, policies, views, indexes, comments; and, as with row_marks.sql, standby's files. By index in catalogs of any size
-- (OFFSET 0, correlated sub-selects): it is read under the lock, too. Defaults of other tables, temporary ones
-- among them, that use its sequence are not followed. Lock: none.
=======
-- the locks we hold; and, as with row_marks.sql, standby's file. What of an object is marked, each kind says in its
-- section [marks]: arguments over the object h (classid, objid; is_table: it is live). Comments are marked of each.
-- By index in catalogs of any size (OFFSET 0, correlated sub-selects): it is read under the lock, too. Defaults of
-- other tables, temporary ones among them, that use its sequence are not followed. Lock: none.
>>>>>>> 483ada3 (One file says all of a kind of dependent object)
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
<<<<<<< HEAD
SELECT md5(format('%s|%s|%s|%s|%s', (SELECT string_agg(pg_relation_filenode(heap.oid)::text, ',' ORDER BY heap.oid) FROM (VALUES (:standby_oid::oid)) AS relation(oid)
:part_heaps), string_agg(concat_ws(' ', h.classid, h.objid, CASE h.classid
               WHEN 'pg_class'::regclass THEN concat_ws(' ',
                   (SELECT c.xmin FROM pg_class c WHERE c.oid = h.objid),
                   (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = h.objid AND a.attnum > 0),
                   (SELECT i.xmin FROM pg_index i WHERE i.indexrelid = h.objid),
                   (SELECT s.xmin FROM pg_sequence s WHERE s.seqrelid = h.objid),
                   (SELECT string_agg(i.xmin::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = h.objid))
               WHEN 'pg_trigger'::regclass THEN (SELECT t.xmin::text FROM pg_trigger t WHERE t.oid = h.objid)
               WHEN 'pg_constraint'::regclass THEN (SELECT c.xmin::text FROM pg_constraint c WHERE c.oid = h.objid)
               WHEN 'pg_rewrite'::regclass THEN (SELECT r.xmin::text FROM pg_rewrite r WHERE r.oid = h.objid)
               WHEN 'pg_policy'::regclass THEN (SELECT p.xmin::text FROM pg_policy p WHERE p.oid = h.objid)
               WHEN 'pg_attrdef'::regclass THEN (SELECT d.xmin::text FROM pg_attrdef d WHERE d.oid = h.objid)
               WHEN 'pg_statistic_ext'::regclass THEN (SELECT s.xmin::text FROM pg_statistic_ext s WHERE s.oid = h.objid)
               WHEN 'pg_proc'::regclass THEN (SELECT f.xmin::text FROM pg_proc f WHERE f.oid = h.objid)
               WHEN 'pg_type'::regclass THEN (SELECT t.xmin::text FROM pg_type t WHERE t.oid = h.objid)
               WHEN 'pg_publication_rel'::regclass THEN (SELECT p.xmin::text FROM pg_publication_rel p WHERE p.oid = h.objid)
               END,
               -- a default has none of these
               CASE WHEN h.classid <> 'pg_attrdef'::regclass THEN concat_ws(' ',
                   (SELECT string_agg(d.refobjid::text, ',' ORDER BY d.refobjid) FROM pg_depend d
                     WHERE d.classid = h.classid AND d.objid = h.objid AND d.deptype IN ('e', 'x')),
                   (SELECT string_agg(l.xmin::text, ',' ORDER BY l.objsubid, l.provider) FROM pg_seclabel l
                     WHERE l.objoid = h.objid AND l.classoid = h.classid),
                   (SELECT string_agg(d.xmin::text, ',' ORDER BY d.objsubid) FROM pg_description d
                     WHERE d.objoid = h.objid AND d.classoid = h.classid)) END), ';' ORDER BY h.classid, h.objid),
           (SELECT string_agg(o.xmin::text, ',' ORDER BY o.adnum) FROM pg_attrdef o WHERE o.adrelid = :live_oid),
           (SELECT string_agg(srsubid::text, ',' ORDER BY srsubid) FROM pg_subscription_rel WHERE srrelid = :live_oid),
           (SELECT string_agg(p.xmin::text, ',' ORDER BY p.oid) FROM pg_publication p WHERE p.puballtables))) AS marks
  FROM hangs h;
=======
SELECT md5(concat_ws('|', pg_relation_filenode(:standby_oid), string_agg(concat_ws(' ', h.classid, h.objid,
           :each_marks
           CASE WHEN h.classid <> 'pg_attrdef'::regclass THEN
               (SELECT string_agg(d.xmin::text, ',' ORDER BY d.objsubid) FROM pg_description d
                 WHERE d.objoid = h.objid AND d.classoid = h.classid) END), ';' ORDER BY h.classid, h.objid))) AS marks
  FROM (SELECT classid, objid, classid = 'pg_class'::regclass AND objid = :live_oid AS is_table FROM hangs) AS h;
>>>>>>> 483ada3 (One file says all of a kind of dependent object)
