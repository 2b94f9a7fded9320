-- Names, as in the description, of what may be spelled differently by the server once the types of
-- columns have changed. Lock: none.
WITH RECURSIVE mapped(source, source_type, target, target_type) AS (VALUES :mapped),
retyped AS (
    SELECT a.attnum FROM mapped m JOIN pg_attribute a ON a.attrelid = :live AND a.attname = m.source
     WHERE m.source_type <> m.target_type),
dependent AS (
    SELECT DISTINCT d.classid, d.objid FROM pg_depend d JOIN retyped ON d.refobjsubid = retyped.attnum
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = :live),
view(oid) AS (
    SELECT r.ev_class FROM dependent JOIN pg_rewrite r ON dependent.classid = 'pg_rewrite'::regclass AND r.oid = dependent.objid
     WHERE r.rulename = '_RETURN'
    UNION
    SELECT r.ev_class FROM view
      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = view.oid
      JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
     WHERE r.rulename = '_RETURN'),
follows AS (
    SELECT classid, objid FROM dependent
    UNION
    SELECT d.classid, d.objid FROM view JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = view.oid)
SELECT format('text of view %s', oid::regclass) AS name FROM view
UNION ALL
SELECT format('view %s', oid::regclass) FROM view
 WHERE EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = view.oid AND r.rulename <> '_RETURN')
UNION ALL
SELECT CASE WHEN r.ev_class = :live THEN format('rule %I', r.rulename) ELSE format('rule %I on %s', r.rulename, r.ev_class::regclass) END
  FROM follows JOIN pg_rewrite r ON follows.classid = 'pg_rewrite'::regclass AND r.oid = follows.objid
 WHERE r.rulename <> '_RETURN'
UNION ALL
SELECT CASE WHEN p.polrelid = :live THEN format('policy %I', p.polname) ELSE format('policy %I on %s', p.polname, p.polrelid::regclass) END
  FROM follows JOIN pg_policy p ON follows.classid = 'pg_policy'::regclass AND p.oid = follows.objid
UNION ALL
SELECT format('trigger %I', t.tgname)
  FROM follows JOIN pg_trigger t ON follows.classid = 'pg_trigger'::regclass AND t.oid = follows.objid
 WHERE NOT t.tgisinternal
UNION ALL
SELECT format('function %s', f.oid::regprocedure)
  FROM follows JOIN pg_proc f ON follows.classid = 'pg_proc'::regclass AND f.oid = follows.objid;
