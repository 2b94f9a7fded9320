-- Views over the table that self names (oid, reltype, array_type), directly or through other views, with their
-- height: expressions of a WITH RECURSIVE, for other templates (:part_views). By index in catalogs of any size
-- (OFFSET 0), for they are read under the lock, too. Lock: none.
view_at(oid, level) AS (
    SELECT r.ev_class, 1
      FROM self
      CROSS JOIN LATERAL (
          SELECT objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND refobjid = self.oid AND classid = 'pg_rewrite'::regclass
          UNION ALL
          SELECT objid FROM pg_depend WHERE refclassid = 'pg_type'::regclass AND refobjid IN (self.reltype, self.array_type) AND classid = 'pg_rewrite'::regclass
          OFFSET 0) AS d
      JOIN pg_rewrite r ON r.oid = d.objid
     WHERE r.rulename = '_RETURN' AND r.ev_class <> self.oid
    UNION
    SELECT r.ev_class, view_at.level + 1
      FROM view_at
      JOIN pg_class k ON k.oid = view_at.oid
      JOIN pg_depend d ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = view_at.oid)
                       OR (d.refclassid = 'pg_type'::regclass AND d.refobjid = k.reltype)
      JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
     WHERE r.rulename = '_RETURN' AND r.ev_class <> view_at.oid AND view_at.level < 100),
height AS (SELECT oid, max(level) AS level, min(level) = 1 AS direct FROM view_at GROUP BY oid)
