-- Extended statistics of the table, which are made with the new table and change their schema with it (exchange.sql).
-- Lock: none.

-- [description]
UNION ALL
SELECT 'own', format('statistics %I', s.stxname),
       format('%s; owner %s; target %s; comment %s', known.text,
              pg_get_userbyid(s.stxowner),
              nullif(s.stxstattarget, -1), obj_description(s.oid, 'pg_statistic_ext')),
       s.stxexprs::text, NULL, NULL
  FROM costly known JOIN pg_statistic_ext s ON s.oid = known.oid WHERE known.class = 'statistics'
UNION ALL
SELECT 'swap', format('schema of statistics %I', s.stxname), n.nspname::text, NULL, NULL, NULL
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE s.stxrelid = :oid AND n.nspname NOT IN (:from, :to)

-- [marks]
CASE h.classid WHEN 'pg_statistic_ext'::regclass THEN (SELECT s.xmin::text FROM pg_statistic_ext s WHERE s.oid = h.objid) END,

-- [claims]
OR d.classid = 'pg_statistic_ext'::regclass

-- [refusals]
UNION ALL
SELECT 5, format('statistics objects named %I in several schemas', stxname), 'they cannot be in one schema', 'Rename one of them.'
  FROM pg_statistic_ext WHERE stxrelid = :oid GROUP BY stxname HAVING count(*) > 1

-- None of [lock] [moves] [scene] [rehearsal]: they stand on the new table from the start.
-- None of [refusals_green] [refusals_change]: they are what the change is about.
-- None of [expected]: they come with the new table.
