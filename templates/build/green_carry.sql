-- Generates what LIKE does not carry: owner, grants, comments, statistics targets, column options,
-- sequences' settings, NOT VALID checks, cluster and replica identity marks. Runs on the empty
-- green before the user's change, so that the change has the last word. Names are printed as they are read
-- back under the owner's search_path (path), which is in force from here on. Lock: on green only.
WITH blue AS (
    SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = :blue),
target AS (SELECT format('%I.%I', :'schema', relname) AS name, relowner FROM blue),
-- grants: everything is taken away first (default privileges may have added some), then granted
-- again in the order in which blue has it, which is the order pg_dump prints
acl AS (
    SELECT 'TABLE' AS kind, target.name AS object, NULL::name AS column, blue.relowner AS owner,
           blue.relacl AS acl, g.relacl AS present
      FROM blue, target, pg_class g WHERE g.oid = :green
    UNION ALL
    SELECT 'TABLE', target.name, a.attname, blue.relowner, a.attacl, NULL
      FROM blue, target, pg_attribute a
     WHERE a.attrelid = :blue AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'SEQUENCE', format('%I.%I', :'schema', s.relname), NULL, s.relowner, s.relacl, g.relacl
      FROM pg_depend d
      JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
      JOIN pg_class g ON g.relname = s.relname
      JOIN pg_namespace gn ON gn.oid = g.relnamespace AND gn.nspname = :'schema'
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = :blue AND d.deptype = 'i'),
granted AS (
    SELECT acl.kind, acl.object, acl.column, acl.owner, e.grantor, e.grantee, e.is_grantable,
           string_agg(e.privilege_type || coalesce('(' || quote_ident(acl.column) || ')', ''), ', '
                      ORDER BY e.n) AS privileges,
           min(e.n) AS n
      FROM acl, aclexplode(acl.acl) WITH ORDINALITY
                AS e(grantor, grantee, privilege_type, is_grantable, n)
     GROUP BY 1, 2, 3, 4, 5, 6, 7),
index_pair AS (
    SELECT b.indexrelid AS blue, gc.oid AS green, gc.relname, b.indisclustered, b.indisreplident
      FROM pg_index b
      JOIN pg_class bc ON bc.oid = b.indexrelid
      JOIN pg_index g ON g.indrelid = :green
      JOIN pg_class gc ON gc.oid = g.indexrelid AND gc.relname = bc.relname
     WHERE b.indrelid = :blue),
statements(step, n, statement) AS (
    SELECT 1, 0, format('ALTER TABLE %s OWNER TO %I', name, pg_get_userbyid(relowner))
      FROM target WHERE pg_get_userbyid(relowner) <> current_user
    UNION ALL
    SELECT 2, a.attnum, format('ALTER SEQUENCE %I.%I AS %s START %s INCREMENT %s MINVALUE %s MAXVALUE %s CACHE %s %s',
                   :'schema', c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
                   s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)
      FROM pg_depend d
      JOIN pg_class c ON c.oid = d.objid
      JOIN pg_sequence s ON s.seqrelid = c.oid
      JOIN pg_attribute a ON a.attrelid = :blue AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = :blue AND d.deptype = 'i'
    UNION ALL
    -- the identity of a partition (17) is its parent's: it comes with ATTACH PARTITION, which wants none there
    SELECT 2, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', target.name, a.attname)
      FROM target, blue, pg_attribute a
     WHERE blue.relispartition AND a.attrelid = :blue AND a.attidentity <> ''
       AND NOT EXISTS (SELECT FROM pg_depend s JOIN pg_class k ON k.oid = s.objid AND k.relkind = 'S'
                        WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = :blue
                          AND s.refobjsubid = a.attnum AND s.deptype = 'i')
    UNION ALL
    -- LIKE gives it the persistence of the table
    SELECT 2, d.refobjsubid, format('ALTER SEQUENCE %I.%I SET %s', :'schema', c.relname, CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' ELSE 'LOGGED' END)
      FROM pg_depend d
      JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_class g ON g.relname = c.relname AND g.relpersistence <> c.relpersistence
      JOIN pg_namespace gn ON gn.oid = g.relnamespace AND gn.nspname = :'schema'
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :blue AND d.deptype = 'i'
    UNION ALL
    SELECT 3, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', target.name, a.attname, a.attstattarget)
      FROM target, pg_attribute a
     WHERE a.attrelid = :blue AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget >= 0
    UNION ALL
    SELECT 3, a.attnum, format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', target.name, a.attname, string_agg(format('%s = %L', split_part(option, '=', 1), substr(option, strpos(option, '=') + 1)), ', '))
      FROM target, pg_attribute a, unnest(a.attoptions) AS option
     WHERE a.attrelid = :blue AND a.attnum > 0 AND NOT a.attisdropped AND option NOT LIKE 'pg\_attver=%'
     GROUP BY target.name, a.attname, a.attnum
    UNION ALL
    SELECT 4, c.oid::bigint, format(step.form, target.name, c.conname, pg_get_constraintdef(c.oid))
      FROM target, pg_constraint c,
           (VALUES ('ALTER TABLE %s DROP CONSTRAINT %I'), ('ALTER TABLE %s ADD CONSTRAINT %I %s')) AS step(form)
     WHERE c.conrelid = :blue AND c.contype IN ('c', 'n') AND NOT c.convalidated
    UNION ALL
    SELECT 5, p.green::bigint, format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', :'schema', p.relname, a.attnum, a.attstattarget)
      FROM index_pair p JOIN pg_attribute a ON a.attrelid = p.blue AND a.attstattarget >= 0
    UNION ALL
    SELECT 6, c.oid::bigint, format('COMMENT ON CONSTRAINT %I ON %s IS %L', c.conname, target.name, obj_description(c.oid, 'pg_constraint'))
      FROM target, pg_constraint c
     WHERE c.conrelid = :blue AND c.contype IN ('p', 'u', 'x', 'c', 'n') AND obj_description(c.oid, 'pg_constraint') IS NOT NULL
    UNION ALL
    SELECT 7, 0, format('COMMENT ON TABLE %s IS %L', target.name, obj_description(:blue, 'pg_class'))
      FROM target WHERE obj_description(:blue, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT 7, 0, format('COMMENT ON TYPE %s IS %L', target.name, obj_description(blue.reltype, 'pg_type'))
      FROM target, blue WHERE obj_description(blue.reltype, 'pg_type') IS NOT NULL
    UNION ALL
    SELECT CASE WHEN t.step = 0 THEN 10 ELSE 11 END, e.n,
           CASE t.step WHEN 0 THEN format('REVOKE ALL ON TYPE %s FROM PUBLIC, %I', target.name, pg_get_userbyid(blue.relowner))
                ELSE format('GRANT USAGE ON TYPE %s TO %s%s', target.name, CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
                            CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) END
      FROM target, blue JOIN pg_type y ON y.oid = blue.reltype, aclexplode(y.typacl) WITH ORDINALITY AS e(grantor, grantee, privilege_type, is_grantable, n),
           (VALUES (0), (1)) AS t(step) WHERE t.step = 1 OR e.n = 1
    UNION ALL
    SELECT 7, d.refobjsubid, format('COMMENT ON SEQUENCE %I.%I IS %L', :'schema', c.relname, obj_description(c.oid, 'pg_class'))
      FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = :blue AND d.deptype = 'i' AND obj_description(c.oid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT 8, s.oid::bigint, format('ALTER STATISTICS %I.%I SET STATISTICS %s', :'schema', s.stxname, s.stxstattarget)
      FROM pg_statistic_ext s WHERE s.stxrelid = :blue AND s.stxstattarget >= 0
    UNION ALL
    SELECT 8, s.oid::bigint, format('ALTER STATISTICS %I.%I OWNER TO %I', :'schema', s.stxname, pg_get_userbyid(s.stxowner))
      FROM pg_statistic_ext s WHERE s.stxrelid = :blue AND pg_get_userbyid(s.stxowner) <> current_user
    UNION ALL
    SELECT 9, p.green::bigint, format('ALTER TABLE %s CLUSTER ON %I', target.name, p.relname)
      FROM target, index_pair p WHERE p.indisclustered
    UNION ALL
    SELECT 9, p.green::bigint, format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', target.name, p.relname)
      FROM target, blue, index_pair p WHERE p.indisreplident AND blue.relreplident = 'i'
    UNION ALL
    SELECT 9, 0, format('ALTER TABLE %s REPLICA IDENTITY %s', target.name, CASE blue.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END)
      FROM target, blue WHERE blue.relreplident IN ('f', 'n')
    UNION ALL
    -- a stand-in for each foreign key, so that the change can drop it by name
    SELECT 9, c.oid::bigint, format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (true)', target.name, c.conname)
      FROM target, pg_constraint c
     WHERE c.conrelid = :blue AND c.contype = 'f' AND c.conparentid = 0
    UNION ALL
    -- a partition comes back to its parent without a scan if a check implies its bound; the only partition has
    -- none if it is the DEFAULT one
    SELECT 9, 1, format('ALTER TABLE %s ADD CONSTRAINT pgswap_bound CHECK (%s)', target.name, pg_get_partition_constraintdef(:blue))
      FROM target, blue WHERE pg_get_partition_constraintdef(:blue) IS NOT NULL
    UNION ALL
    SELECT 10, 0, format('REVOKE ALL ON %s %s FROM %s', acl.kind, acl.object,
                         CASE role.oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role.oid)) END)
      FROM acl, LATERAL (SELECT grantee FROM aclexplode(acl.present)
                         UNION SELECT acl.owner WHERE acl.acl IS NOT NULL AND acl.column IS NULL) AS role(oid)
     WHERE acl.column IS NULL AND (acl.acl IS NOT NULL OR role.oid <> acl.owner)
    UNION ALL
    SELECT CASE WHEN grantor = owner THEN 11 ELSE 12 END, n,
           CASE WHEN grantor <> owner THEN format('SET LOCAL ROLE %I; ', pg_get_userbyid(grantor)) ELSE '' END
           || format('GRANT %s ON %s %s TO %s%s', privileges, kind, object,
                     CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                     CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
           || CASE WHEN grantor <> owner THEN '; RESET ROLE' ELSE '' END
      FROM granted)
SELECT statement FROM statements WHERE (SELECT set_config('search_path', :'path', true)) IS NOT NULL
 ORDER BY step, n, statement DESC;
