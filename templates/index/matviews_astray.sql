-- Views built ahead in a schema of ours that read live, directly or through other views, instead of the new table.
-- Lock: none.
WITH RECURSIVE reads(view, relation) AS (
    SELECT v.oid, v.oid FROM pg_class v JOIN pg_namespace n ON n.oid = v.relnamespace
     WHERE n.nspname = :'standby_schema' AND v.relkind IN ('v', 'm')
    UNION
    SELECT reads.view, coalesce(t.typrelid, d.refobjid)
      FROM reads
      JOIN pg_rewrite r ON r.ev_class = reads.relation AND r.rulename = '_RETURN'
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
     WHERE d.refclassid = 'pg_class'::regclass OR t.typrelid <> 0)
SELECT view::regclass FROM reads WHERE relation = :live_oid ORDER BY 1;
