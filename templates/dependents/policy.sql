-- Policies on the table, with row-level security itself, and policies of other tables that read it or a view over
-- it. Lock: ACCESS EXCLUSIVE on the tables that they stand on.

-- [with]
other_policy AS (
    SELECT p.* FROM pg_policy p
     WHERE p.polrelid <> :oid
       AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :oid OR d.refobjid IN (SELECT oid FROM shown WHERE rebuilt)))),

-- [lock]
UNION SELECT polrelid FROM other_policy

-- [moves]
UNION ALL
SELECT 'before', 'table', 0, format('ALTER TABLE %s %s', name, flag)
  FROM self, LATERAL (VALUES (relrowsecurity, 'DISABLE ROW LEVEL SECURITY'), (relforcerowsecurity, 'NO FORCE ROW LEVEL SECURITY')) AS f(holds, flag) WHERE f.holds
UNION ALL
SELECT 'after', 'table', 0, format('ALTER TABLE %s %s', name, flag)
  FROM self, LATERAL (VALUES (relrowsecurity, 'ENABLE ROW LEVEL SECURITY'), (relforcerowsecurity, 'FORCE ROW LEVEL SECURITY')) AS f(holds, flag) WHERE f.holds
UNION ALL
SELECT 'before', 'table', p.oid::bigint, format('DROP POLICY %I ON %s', p.polname, self.name) FROM self, pg_policy p WHERE p.polrelid = self.oid
UNION ALL
SELECT 'after', 'table', p.oid::bigint * 4,
       format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, self.name,
              CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
              (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ' ORDER BY k) FROM unnest(p.polroles) WITH ORDINALITY AS u(r, k)),
              ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  FROM self, pg_policy p WHERE p.polrelid = self.oid
UNION ALL
SELECT 'after', 'table', p.oid::bigint * 4 + 1, format('COMMENT ON POLICY %I ON %s IS %L', p.polname, self.name, obj_description(p.oid, 'pg_policy'))
  FROM self, pg_policy p WHERE p.polrelid = self.oid AND obj_description(p.oid, 'pg_policy') IS NOT NULL
UNION ALL
SELECT 'after', 'readers', p.oid::bigint, format('ALTER POLICY %I ON %s%s%s', p.polname, p.polrelid::regclass,
              ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  FROM other_policy p

-- [description]
UNION ALL
SELECT 'swap', format('policy %I', p.polname),
       format('permissive %s; for %s; to %s; using %s; check %s; comment %s', p.polpermissive, p.polcmd,
           (SELECT array_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r) END ORDER BY 1) FROM unnest(p.polroles) AS r),
           pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
           obj_description(p.oid, 'pg_policy')),
       concat(p.polqual, p.polwithcheck), 'pg_policy'::regclass, p.oid
  FROM pg_policy p WHERE p.polrelid = :oid
UNION ALL
SELECT 'swap', format('policy %I on %s', p.polname, p.polrelid::regclass),
       format('using %s; check %s; comment %s', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy')),
       concat(p.polqual, p.polwithcheck), 'pg_policy'::regclass, p.oid
  FROM reader JOIN pg_policy p ON reader.classid = 'pg_policy'::regclass AND p.oid = reader.objid
 WHERE p.polrelid <> :oid
UNION ALL
SELECT 'swap', 'row-level security', format('enabled %s; forced %s', c.relrowsecurity, c.relforcerowsecurity), NULL, NULL, NULL
  FROM self c WHERE c.relrowsecurity OR c.relforcerowsecurity

-- [marks]
CASE h.classid WHEN 'pg_policy'::regclass THEN (SELECT p.xmin::text FROM pg_policy p WHERE p.oid = h.objid) END,

-- [claims]
OR d.classid = 'pg_policy'::regclass

-- [refusals]
UNION ALL
SELECT 7, 'row-level security is forced on its owner', format('role %I would see only some of the rows', current_user),
       format('ALTER ROLE %I BYPASSRLS;', current_user)
  FROM self c
 WHERE c.relrowsecurity AND c.relforcerowsecurity
   AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls))
UNION ALL
SELECT 13, format('policy %I on %s mentions the table', p.polname, k.oid::regclass), format('it must be changed to use the new table, and role %I is not owner of %s', current_user, k.oid::regclass),
       format('GRANT %I TO %I;', pg_get_userbyid(k.relowner), current_user)
  FROM pg_policy p JOIN pg_class k ON k.oid = p.polrelid
 WHERE k.oid <> :oid AND NOT pg_has_role(k.relowner, 'USAGE')
   AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)

-- [refusals_green]
UNION ALL
SELECT format('policy %I', p.polname), 'it would filter what is copied', 'Create it after the swap.'
  FROM pg_policy p WHERE p.polrelid = :green
UNION ALL
SELECT 'row-level security', 'it would filter what is copied', 'Enable it after the swap.'
  FROM pg_class c WHERE c.oid = :green AND (c.relrowsecurity OR c.relforcerowsecurity)

-- [refusals_change]
UNION ALL
SELECT what, why, remedy FROM user_of_column WHERE classid = 'pg_policy'::regclass

-- [scene]
UNION ALL
SELECT p.polrelid, false
  FROM pg_depend d JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
 WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM read_by)

-- [rehearsal]
UNION ALL
SELECT 'table', p.oid::bigint, false, format('policy %I on %s', p.polname, s.name),
       format('CREATE POLICY %I ON %s FOR %s%s%s', p.polname, s.there, CASE WHEN p.polcmd = 'a' THEN 'INSERT' ELSE 'ALL' END,
              ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'), NULL
  FROM seat s JOIN pg_policy p ON p.polrelid = s.oid
 WHERE s.oid = :oid
    OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                  AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :oid OR d.refobjid IN (SELECT oid FROM height)))
-- None of [expected]: they come as they are, but for what is spelled otherwise.
