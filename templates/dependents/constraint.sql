-- Keys, checks and the like of the table itself, which are made with the new table; foreign keys have a file of their own.
-- Lock: none.

-- [description]
UNION ALL
SELECT 'own', format('constraint %I', c.conname),
       format('%s; comment %s%s%s', CASE c.contype WHEN 'c' THEN checked.text ELSE pg_get_constraintdef(c.oid) END,
           (SELECT x.description FROM pg_description x WHERE x.objoid = c.oid AND x.classoid = 'pg_constraint'::regclass AND x.objsubid = 0),
           CASE WHEN c.coninhcount > 0 AND NOT (SELECT relispartition FROM self) THEN CASE WHEN c.conislocal THEN '; inherited, and its own' ELSE '; inherited' END END,
           -- a deferrable key is enforced by a trigger
           (SELECT '; triggers ' || string_agg(t.tgenabled::text, '' ORDER BY t.tgtype) FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled <> 'O')),
       CASE c.contype WHEN 'c' THEN c.conbin::text END, NULL, NULL
  FROM printed, pg_constraint c
  CROSS JOIN LATERAL (SELECT texts->>('constraint' || c.oid)) AS checked(text)
 WHERE c.conrelid = :oid AND c.contype IN ('p', 'u', 'x', 'c', 'n') AND c.conname <> 'pgswap_bound'
   -- stand-ins of foreign keys
   AND NOT (checked.text IS NOT DISTINCT FROM 'CHECK (true)'
            AND EXISTS (SELECT FROM self WHERE self.nspname = :from AND :from <> :to))

-- [marks]
CASE h.classid WHEN 'pg_constraint'::regclass THEN (SELECT c.xmin::text FROM pg_constraint c WHERE c.oid = h.objid) END,

-- [claims]
OR d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.contype <> 'f' AND k.conrelid = :oid)

-- [refusals]
UNION ALL
SELECT 2, format('constraint %I is inherited and NOT VALID', k.conname), 'it cannot be taken off the new table while that is filled',
       format('Validate it: ALTER TABLE %s VALIDATE CONSTRAINT %I;', c.oid::regclass, k.conname)
  FROM self c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('c', 'n') AND k.coninhcount > 0 AND NOT k.convalidated
 WHERE NOT c.relispartition
UNION ALL
SELECT 5, format('%s %I of %s', CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'constraint' END, k.conname, k.conrelid::regclass),
       'its triggers are disabled, and a new one would be enforced', format('ALTER TABLE %s ENABLE TRIGGER ALL makes it an ordinary one.', k.conrelid::regclass)
  FROM pg_constraint k
 WHERE k.contype <> 't' AND (k.contype <> 'f' OR k.conparentid = 0) AND (k.conrelid = :oid OR k.confrelid = :oid)
   AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')

-- None of [lock] [moves] [scene] [rehearsal]: they stand on the new table from the start.
-- None of [refusals_green] [refusals_change]: they are what the change is about.
-- None of [expected]: they come with the new table.
