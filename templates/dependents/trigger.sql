-- Triggers of the user's on the table, those that a partition has from its parent among them.
-- Lock: ACCESS EXCLUSIVE on the table.

-- [with]
-- (up to PostgreSQL 14 what a partition has from its parent is internal)
user_trigger AS (
    SELECT t.* FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE t.tgrelid = :oid AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND t.tgconstraint = 0) AND NOT (t.tgname LIKE 'pgswap\_%' AND n.nspname = :'state')),

-- [moves]
UNION ALL
SELECT 'before', 'table', t.oid::bigint, format('DROP TRIGGER %I ON %s', t.tgname, self.name) FROM self, user_trigger t WHERE to_jsonb(t)->>'tgparentid' = '0'
UNION ALL
SELECT 'after', 'table', t.oid::bigint * 4, pg_get_triggerdef(t.oid) FROM user_trigger t WHERE to_jsonb(t)->>'tgparentid' = '0'
UNION ALL
SELECT 'after', 'table', t.oid::bigint * 4 + 1, format('ALTER TABLE %s %s TRIGGER %I', self.name,
              CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, t.tgname)
  FROM self, user_trigger t WHERE t.tgenabled <> 'O' OR to_jsonb(t)->>'tgparentid' <> '0'
UNION ALL
SELECT 'after', 'table', t.oid::bigint * 4 + 2, format('COMMENT ON TRIGGER %I ON %s IS %L', t.tgname, self.name, obj_description(t.oid, 'pg_trigger'))
  FROM self, user_trigger t WHERE obj_description(t.oid, 'pg_trigger') IS NOT NULL

-- [description]
UNION ALL
SELECT 'swap', format('trigger %I', t.tgname),
       format('%s; enabled %s; of the parent %s; comment %s', pg_get_triggerdef(t.oid), t.tgenabled, t.tgparentid <> 0, obj_description(t.oid, 'pg_trigger')),
       t.tgqual::text, 'pg_trigger'::regclass, t.oid
  FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE t.tgrelid = :oid AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND t.tgconstraint = 0) AND NOT (t.tgname LIKE 'pgswap\_%' AND n.nspname = :'state')

-- [marks]
CASE h.classid WHEN 'pg_trigger'::regclass THEN (SELECT t.xmin::text FROM pg_trigger t WHERE t.oid = h.objid) END,

-- [claims]
OR d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger k WHERE k.oid = d.objid AND k.tgrelid = :oid)

-- [refusals_green]
UNION ALL
SELECT format('trigger %I', t.tgname), 'it would fire for every copied row', 'Create it after the swap.'
  FROM pg_trigger t WHERE t.tgrelid = :green AND NOT t.tgisinternal

-- [refusals_change]
UNION ALL
SELECT what, why, remedy FROM user_of_column u
 WHERE u.classid = 'pg_trigger'::regclass
   AND EXISTS (SELECT FROM pg_trigger g WHERE g.oid = u.objid AND NOT g.tgisinternal AND g.tgname NOT LIKE 'pgswap\_%')

-- [rehearsal]
UNION ALL
SELECT 'rest', t.oid::bigint, false, format('the condition (WHEN) of trigger %I on %s', t.tgname, s.name), pg_get_triggerdef(t.oid, true), NULL
  FROM seat s JOIN pg_trigger t ON t.tgrelid = s.oid AND NOT t.tgisinternal AND t.tgqual IS NOT NULL
 WHERE s.shown AND to_jsonb(t)->>'tgparentid' = '0' AND (s.oid = :oid OR s.level IS NOT NULL)

-- None of [lock]: it is the table's.
-- None of [refusals]: each can be made again by the owner of the table; what triggers of constraints are, their constraint says.
-- None of [scene]: it is tried on the table and its views.
-- None of [expected]: they come as they are, but for what is spelled otherwise.
