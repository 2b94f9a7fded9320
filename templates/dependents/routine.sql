-- Functions and procedures: those that take or return the table's row type are made again over that of the table that
-- takes its name; as with ALTER TABLE, a body that does not suit it fails when it is called. Bodies that the server has
-- parsed (BEGIN ATOMIC) and that read the table or a view over it are replaced, and PL/pgSQL that has compiled the row
-- type in other sessions must compile again. Lock: none; rows of pg_proc.

-- [with]
row_function AS (
    SELECT f.*, l.owner, format('%s %s', CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, f.oid::regprocedure) AS name,
           f.proacl IS NOT NULL OR EXISTS (SELECT FROM pg_default_acl WHERE defaclobjtype = 'f') AS grants_differ
      FROM pg_proc f, LATERAL (SELECT pg_get_userbyid(f.proowner) AS owner) AS l
     WHERE EXISTS (SELECT FROM self JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (self.reltype, self.array_type)
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid)),
other_function AS (
    SELECT f.oid FROM pg_proc f
     WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                      AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :oid OR d.refobjid IN (SELECT oid FROM shown WHERE rebuilt)))
       AND f.oid NOT IN (SELECT oid FROM row_function)),

-- [moves]
UNION ALL
SELECT 'before', 'row type', oid::bigint, 'DROP ' || name FROM row_function
UNION ALL
SELECT 'after', 'row type', oid::bigint * 1000 + x.k, x.statement
  FROM row_function AS f,
       LATERAL (
           SELECT 1, format('SELECT pg_catalog.set_config(''check_function_bodies'', ''off'', true); %s; SELECT pg_catalog.set_config(''check_function_bodies'', %L, true)',
                            pg_get_functiondef(f.oid), current_setting('check_function_bodies'))
           UNION ALL
           SELECT 2, format('ALTER %s OWNER TO %I', name, owner) WHERE owner <> current_user
           UNION ALL
           SELECT 3, format('REVOKE ALL ON %s FROM %s', name, CASE r.oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.oid)) END)
             FROM (SELECT 0::oid UNION SELECT f.proowner
                   UNION SELECT e.grantee FROM pg_default_acl da, aclexplode(da.defaclacl) AS e WHERE da.defaclobjtype = 'f') AS r(oid)
            WHERE grants_differ
           UNION ALL
           SELECT 6, format('COMMENT ON %s IS %L', name, obj_description(f.oid, 'pg_proc')) WHERE obj_description(f.oid, 'pg_proc') IS NOT NULL
       ) AS x(k, statement)
UNION ALL
SELECT 'after', 'row type', f.oid::bigint * 1000 + 10 + e.n,
       CASE WHEN e.grantor <> f.proowner THEN format('SET LOCAL ROLE %I; ', pg_get_userbyid(e.grantor)) ELSE '' END
       || format('GRANT EXECUTE ON %s TO %s%s', f.name, CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
                 CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
       || CASE WHEN e.grantor <> f.proowner THEN '; RESET ROLE' ELSE '' END
  FROM row_function AS f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) WITH ORDINALITY AS e(grantor, grantee, privilege_type, is_grantable, n)
 WHERE f.grants_differ
UNION ALL
SELECT 'after', 'readers', f.oid::bigint, pg_get_functiondef(f.oid)
  FROM other_function f
UNION ALL
SELECT 'after', 'compiled', f.oid::bigint,
       format('DO $do$ DECLARE routine pg_catalog.text; BEGIN SELECT pg_catalog.format(''ALTER ROUTINE %%s SECURITY %%s'', oid::pg_catalog.regprocedure,'
              ' CASE WHEN prosecdef THEN ''DEFINER'' ELSE ''INVOKER'' END) INTO routine FROM pg_catalog.pg_proc WHERE oid OPERATOR(pg_catalog.=) %s;'
              ' IF FOUND THEN EXECUTE routine; END IF; END $do$', f.oid)
  FROM self, pg_proc f JOIN pg_language l ON l.oid = f.prolang
 WHERE l.lanname = 'plpgsql' AND strpos(lower(f.prosrc), lower(self.relname)) > 0
   AND f.pronamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pgswap(_[0-9]+)?$') AND pg_has_role(f.proowner, 'USAGE')
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')

-- [description]
UNION ALL
SELECT 'swap', format('function %s', f.oid::regprocedure),
       format('%s; owner %s; grants %s; comment %s', pg_get_functiondef(f.oid), pg_get_userbyid(f.proowner),
              coalesce(f.proacl, acldefault('f', f.proowner)), obj_description(f.oid, 'pg_proc')),
       f.prosqlbody::text, 'pg_proc'::regclass, f.oid
  FROM (SELECT objid AS oid FROM reader WHERE classid = 'pg_proc'::regclass
        UNION
        SELECT d.objid FROM self CROSS JOIN LATERAL (SELECT self.reltype UNION SELECT self.array_type WHERE self.array_type <> 0) AS y(oid)
          JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass AND d.refobjid = y.oid) AS user_of
  JOIN pg_proc f USING (oid)
 WHERE f.prokind <> 'a'

-- [marks]
CASE h.classid WHEN 'pg_proc'::regclass THEN (SELECT f.xmin::text FROM pg_proc f WHERE f.oid = h.objid) END,

-- [claims]
OR d.classid = 'pg_proc'::regclass AND EXISTS (SELECT FROM pg_proc f WHERE f.oid = d.objid AND f.prokind <> 'a')

-- [refusals]
UNION ALL
SELECT 13, format('function %s', f.oid::regprocedure), format('it must be replaced, and role %I is not its owner', current_user),
       format('GRANT %I TO %I;', pg_get_userbyid(f.proowner), current_user)
  FROM pg_depend d JOIN pg_proc f ON d.classid = 'pg_proc'::regclass AND f.oid = d.objid
 WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND NOT pg_has_role(f.proowner, 'USAGE')
UNION ALL
-- functions over the row type are dropped and made again: nothing else may hang on them
SELECT 13, f.what, x.why, x.remedy
  FROM (SELECT f.*, format('%s %s', CASE f.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END, f.oid::regprocedure) AS what
          FROM pg_proc f
         WHERE EXISTS (SELECT FROM self JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (self.reltype, self.array_type)
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid)) AS f, LATERAL (
           SELECT format('it must be recreated, and role %I is not its owner', current_user), format('GRANT %I TO %I;', pg_get_userbyid(f.proowner), current_user)
            WHERE NOT pg_has_role(f.proowner, 'USAGE')
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
           UNION ALL
           SELECT format('it must be recreated, and role %s may not create functions in schema %I', r.name, n.nspname), format('GRANT CREATE ON SCHEMA %I TO %s;', n.nspname, r.name)
             FROM pg_namespace n, (SELECT quote_ident(current_user) UNION SELECT quote_ident(pg_get_userbyid(f.proowner))) AS r(name)
            WHERE n.oid = f.pronamespace AND NOT has_schema_privilege(r.name::regrole, n.oid, 'CREATE')
           UNION ALL
           SELECT format('it must be recreated, and role %I may not create it: %s', current_user, CASE WHEN f.proleakproof THEN 'it is leakproof' ELSE format('it is in language %I', l.lanname) END),
                  'Run pgswap as a superuser, or drop it before and create it again afterwards.'
             FROM pg_language l
            WHERE l.oid = f.prolang AND (f.proleakproof OR NOT l.lanpltrusted OR NOT has_language_privilege(l.oid, 'USAGE'))
              AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
           UNION ALL
           SELECT format('it must be recreated, and it reads view %s, which is recreated later', d.refobjid::regclass), 'Drop it before and create it again afterwards.'
             FROM pg_depend d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM view)
           UNION ALL
           SELECT format('it must be recreated, and it belongs to extension %s', e.extname), 'Drop it before and create it again afterwards.'
             FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype IN ('e', 'x')
           UNION ALL
           SELECT format('it must be recreated, and its security label of provider %s would be lost', provider), 'Remove the label before and set it again afterwards.'
             FROM pg_seclabel WHERE classoid = 'pg_proc'::regclass AND objoid = f.oid
           UNION ALL
           SELECT format('it must be recreated, and %s uses it', regexp_replace(pg_describe_object(d.classid, d.objid, d.objsubid), '^rule "?_RETURN"? on ', '')), 'Drop what uses it before and create it again afterwards.'
             FROM pg_depend d
             LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
             LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
             LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
            WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = f.oid
              AND NOT coalesce(coalesce(r.ev_class, p.polrelid, t.tgrelid) = :oid OR coalesce(r.ev_class, t.tgrelid) IN (SELECT oid FROM view), false)
       ) AS x(why, remedy)

-- [refusals_change]
UNION ALL
SELECT what, why, remedy FROM user_of_column WHERE classid = 'pg_proc'::regclass

-- [rehearsal]
UNION ALL
-- functions over the row type: one that takes it is another one over green's, beside it
SELECT 'row type', f.oid::bigint, true, format('%s %s', CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, f.oid::regprocedure),
       'SET LOCAL check_function_bodies = off; '
       || CASE WHEN self.reltype = ANY (f.proargtypes::oid[]) OR self.array_type = ANY (f.proargtypes::oid[]) THEN pg_get_functiondef(f.oid)
               ELSE format('CREATE OR REPLACE %s %I.%I%s', kind, :'schema', f.proname,
                           substr(pg_get_functiondef(f.oid), 1 + length(format('CREATE OR REPLACE %s %I.%I', kind, n.nspname, f.proname)))) END, NULL
  FROM self, pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace, LATERAL (SELECT CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END) AS k(kind)
 WHERE f.prokind <> 'a'
   AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                  AND d.refclassid = 'pg_type'::regclass AND d.refobjid IN (self.reltype, self.array_type))
UNION ALL
SELECT 'rest', f.oid::bigint, false, format('%s %s', CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, f.oid::regprocedure),
       format('CREATE OR REPLACE %s %I.%I%s', kind, :'schema', f.proname,
              substr(pg_get_functiondef(f.oid), 1 + length(format('CREATE OR REPLACE %s %I.%I', kind, n.nspname, f.proname)))), NULL
  FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace, LATERAL (SELECT CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END) AS k(kind)
 WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
                  AND d.refclassid = 'pg_class'::regclass AND (d.refobjid = :oid OR d.refobjid IN (SELECT oid FROM height)))
   AND f.prokind <> 'a'

-- None of [lock]: it has none that others wait for.
-- None of [refusals_green]: what takes the new table's row type goes on with it.
-- None of [scene]: it is tried on the table and its views.
-- None of [expected]: they come as they are, but for what is spelled otherwise.
