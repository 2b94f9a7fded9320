-- Whether views over live, of which some are materialized, can be built ahead over the other table, in its schema: a
-- row for each thing that is in the way, or one without; none where no view is materialized. printed and read:
-- the search_paths to print their texts with, and to read them back with, as in rehearsal_scene.sql. path: the
-- search_path of the owner. Lock: none.
WITH RECURSIVE self AS (
    SELECT c.*, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type FROM pg_class c WHERE c.oid = :live),
:part_views,
view AS (SELECT oid FROM height),
-- what has to stand beside the new table in one schema
member AS (
    SELECT c.oid, c.relname, c.relkind, c.relnamespace FROM pg_class c WHERE c.oid = :live OR c.oid IN (SELECT oid FROM view)
    UNION ALL
    SELECT c.oid, c.relname, c.relkind, c.relnamespace FROM view JOIN pg_index i ON i.indrelid = view.oid JOIN pg_class c ON c.oid = i.indexrelid),
place AS (
    SELECT n.oid, n.nspname, row_number() OVER (ORDER BY n.oid = self.relnamespace DESC, n.nspname) AS n
      FROM self, pg_namespace n WHERE n.oid IN (SELECT relnamespace FROM member)),
obstacle(what, why) AS (
    SELECT 'row-level security is enabled on the table', 'materialized views that are built before the swap would not be subject to it'
      FROM self WHERE relrowsecurity
    UNION ALL
    SELECT format('view %s uses function %s', v.oid::regclass, f.oid::regprocedure), 'the function takes the rows of the old table until the swap'
      FROM view v
      JOIN pg_rewrite r ON r.ev_class = v.oid
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_proc'::regclass
      JOIN pg_proc f ON f.oid = d.refobjid, self
     WHERE EXISTS (SELECT FROM pg_depend t WHERE t.classid = 'pg_proc'::regclass AND t.objid = f.oid
                      AND t.refclassid = 'pg_type'::regclass AND t.refobjid IN (self.reltype, self.array_type))
    UNION ALL
    SELECT format('the name of %s', m.oid::regclass), format('a materialized view cannot be built before the swap: %s has the same name', other.oid::regclass)
      FROM member m
      JOIN place p ON p.oid = m.relnamespace
      JOIN pg_class other ON other.relname = m.relname AND other.oid <> m.oid
      LEFT JOIN place o ON o.oid = other.relnamespace
     WHERE o.n < p.n OR other.relnamespace = 'pg_catalog'::regnamespace)
SELECT o.what, o.why, 'Choose --matviews=refresh: materialized views are empty then from the swap to the end of a REFRESH right after it.' AS remedy,
       paths.printed, paths.read
  FROM (SELECT concat_ws(', ', string_agg(quote_ident(nspname), ', ' ORDER BY n), nullif(:'path', '')) AS printed,
               concat_ws(', ', quote_ident(:'schema'), string_agg(quote_ident(nspname), ', ' ORDER BY n), nullif(:'path', '')) AS read
          FROM place) AS paths
  LEFT JOIN obstacle o ON true
 WHERE EXISTS (SELECT FROM member WHERE relkind = 'm')
 ORDER BY o.what;
