-- Rules on the table, and rules on other tables and views that read it or write to it. The rules that make views are
-- the views'. Lock: ACCESS EXCLUSIVE on what they stand on.

-- [with]
other_rule AS (
    SELECT r.oid, r.ev_class FROM pg_rewrite r
     WHERE r.rulename <> '_RETURN' AND r.ev_class <> :oid
       AND NOT EXISTS (SELECT FROM shown WHERE shown.oid = r.ev_class AND shown.rebuilt)
       AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :oid OR d.refobjid IN (SELECT oid FROM shown WHERE rebuilt)))),

-- [lock]
UNION SELECT ev_class FROM other_rule WHERE ev_class NOT IN (SELECT oid FROM shown WHERE direct)

-- [moves]
UNION ALL
SELECT 'before', 'table', r.oid::bigint, format('DROP RULE %I ON %s', r.rulename, self.name) FROM self, pg_rewrite r WHERE r.ev_class = self.oid
UNION ALL
SELECT 'after', 'table', r.oid::bigint * 4, rtrim(pg_get_ruledef(r.oid), ';') FROM pg_rewrite r WHERE r.ev_class = :oid
UNION ALL
SELECT 'after', 'table', r.oid::bigint * 4 + 1, format('ALTER TABLE %s %s RULE %I', self.name,
              CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, r.rulename)
  FROM self, pg_rewrite r WHERE r.ev_class = self.oid AND r.ev_enabled <> 'O'
UNION ALL
SELECT 'after', 'table', r.oid::bigint * 4 + 2, format('COMMENT ON RULE %I ON %s IS %L', r.rulename, self.name, obj_description(r.oid, 'pg_rewrite'))
  FROM self, pg_rewrite r WHERE r.ev_class = self.oid AND obj_description(r.oid, 'pg_rewrite') IS NOT NULL
UNION ALL
SELECT 'after', 'readers', r.oid::bigint, regexp_replace(rtrim(pg_get_ruledef(r.oid), ';'), '^CREATE RULE', 'CREATE OR REPLACE RULE')
  FROM other_rule r

-- [description]
UNION ALL
SELECT 'swap', format('rule %I', r.rulename),
       format('%s; enabled %s; comment %s', pg_get_ruledef(r.oid), r.ev_enabled, obj_description(r.oid, 'pg_rewrite')),
       concat(r.ev_qual, r.ev_action), 'pg_rewrite'::regclass, r.oid
  FROM pg_rewrite r WHERE r.ev_class = :oid
UNION ALL
SELECT 'swap', format('rule %I on %s', r.rulename, r.ev_class::regclass),
       format('%s; enabled %s; comment %s', pg_get_ruledef(r.oid), r.ev_enabled, obj_description(r.oid, 'pg_rewrite')),
       concat(r.ev_qual, r.ev_action), 'pg_rewrite'::regclass, r.oid
  FROM reader JOIN pg_rewrite r ON reader.classid = 'pg_rewrite'::regclass AND r.oid = reader.objid
 WHERE r.rulename <> '_RETURN' AND r.ev_class <> :oid AND r.ev_class NOT IN (SELECT oid FROM view)

-- [marks]
CASE h.classid WHEN 'pg_rewrite'::regclass THEN (SELECT r.xmin::text FROM pg_rewrite r WHERE r.oid = h.objid) END,

-- [claims]
OR d.classid = 'pg_rewrite'::regclass

-- [refusals]
UNION ALL
SELECT 13, format('rule %I on %s mentions the table', r.rulename, k.oid::regclass), format('it must be changed to use the new table, and role %I is not owner of %s', current_user, k.oid::regclass),
       format('GRANT %I TO %I;', pg_get_userbyid(k.relowner), current_user)
  FROM pg_rewrite r JOIN pg_class k ON k.oid = r.ev_class
 WHERE r.rulename <> '_RETURN' AND k.oid <> :oid AND NOT pg_has_role(k.relowner, 'USAGE')
   AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
UNION ALL
SELECT 13, format('rule %I on %s', r.rulename, r.ev_class::regclass),
       format('it must be made again, and PostgreSQL makes none with RETURNING on a table that columns were dropped from%s',
              CASE r.ev_class WHEN :oid THEN ', which the old table is on the way back' ELSE '' END),
       'Drop it before, and create in its place an INSTEAD OF trigger on a view, or a rule without RETURNING.'
  FROM pg_rewrite r
 WHERE r.rulename <> '_RETURN' AND r.ev_action::text ~ ':returningList \('
   AND (r.ev_class = :oid
        OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
                      AND (d.refobjid = :oid OR d.refobjid IN (SELECT oid FROM view))))
   AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = r.ev_class AND a.attnum > 0 AND a.attisdropped)

-- [refusals_green]
UNION ALL
SELECT format('rule %I', r.rulename), 'it would change what is copied', 'Create it after the swap.'
  FROM pg_rewrite r WHERE r.ev_class = :green

-- [refusals_change]
UNION ALL
SELECT what, why, remedy FROM user_of_column WHERE classid = 'pg_rewrite'::regclass

-- [scene]
UNION ALL
SELECT r.ev_class, false
  FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.rulename <> '_RETURN'
 WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM read_by)

-- [rehearsal]
UNION ALL
SELECT 'rest', r.oid::bigint, false, format('rule %I on %s', r.rulename, s.name), rtrim(pg_get_ruledef(r.oid, true), ';'), NULL
  FROM seat s JOIN pg_rewrite r ON r.ev_class = s.oid AND r.rulename <> '_RETURN'
 WHERE s.shown
   AND (s.oid = :oid OR s.level IS NOT NULL
        OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :oid OR d.refobjid IN (SELECT oid FROM height))))
-- None of [expected]: they come as they are, but for what is spelled otherwise.
