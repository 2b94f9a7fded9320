-- Everything about a table that is not carried over: what was found, why it matters, what the user
-- can do. Lock: none.
WITH RECURSIVE self AS (
    SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid),
view(oid) AS (
    SELECT r.ev_class
      FROM self
      JOIN pg_depend d ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = self.oid)
                       OR (d.refclassid = 'pg_type'::regclass AND d.refobjid = self.reltype)
      JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
     WHERE r.rulename = '_RETURN' AND self.relkind = 'r'
    UNION
    SELECT r.ev_class
      FROM view
      JOIN pg_class k ON k.oid = view.oid
      JOIN pg_depend d ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = view.oid)
                       OR (d.refclassid = 'pg_type'::regclass AND d.refobjid = k.reltype)
      JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
     WHERE r.rulename = '_RETURN'),
row_function AS (
    SELECT f.*, format('%s %s', CASE f.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END, f.oid::regprocedure) AS what
      FROM pg_proc f
     WHERE EXISTS (SELECT FROM self JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass
                          AND d.refobjid IN (SELECT self.reltype UNION SELECT typarray FROM pg_type WHERE oid = self.reltype AND typarray <> 0)
                    WHERE self.relkind = 'r' AND d.classid = 'pg_proc'::regclass AND d.objid = f.oid)),
become(privilege) AS (
    SELECT CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'pg_auth_members'::regclass AND attname = 'set_option')
                THEN 'SET' ELSE 'MEMBER' END)
SELECT what, why, remedy FROM (
    SELECT 0 AS n,
           format('it is %s',
                  CASE c.relkind WHEN 'p' THEN 'a partitioned table' WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view'
                                 WHEN 'f' THEN 'a foreign table' WHEN 'S' THEN 'a sequence' ELSE 'not a table' END) AS what,
           'only ordinary tables can be migrated' AS why,
           CASE c.relkind WHEN 'p' THEN 'Migrate its partitions one by one.' ELSE 'Name the table itself.' END AS remedy
      FROM self c WHERE c.relkind <> 'r'
    UNION ALL
    SELECT 1, format('%s is a temporary table', c.oid::regclass), 'other sessions cannot see it', 'A plain ALTER TABLE is enough.'
      FROM self c WHERE c.relpersistence = 't'
    UNION ALL
    SELECT 2, format('%s is a temporary view of another session', k.oid::regclass), 'it would keep reading the old table',
           'Let that session end, or drop the view in it.'
      FROM view JOIN pg_class k USING (oid) WHERE k.relpersistence = 't'
    UNION ALL
    SELECT 1, format('%s is a system catalog', c.oid::regclass), 'its OID is known to the server', 'System catalogs cannot be migrated.'
      FROM self c WHERE c.oid < 16384 OR c.nspname IN ('pg_catalog', 'information_schema') OR c.nspname ~ '^pgswap(_[0-9]+)?$'
    UNION ALL
    SELECT 1, format('role %I is not owner of the table', current_user), 'only its owner may alter it',
           CASE WHEN pg_has_role(c.relowner, become.privilege) THEN format('Run pgswap as that role (PGOPTIONS=''-c role=%1$s''): role %2$I is a member of %1$I without INHERIT.', pg_get_userbyid(c.relowner), current_user)
                ELSE format('GRANT %I TO %I;', pg_get_userbyid(c.relowner), current_user) END
      FROM self c, become WHERE c.relkind = 'r' AND NOT pg_has_role(c.relowner, 'USAGE')
    UNION ALL
    SELECT 1, format('role %I may not become role %I', current_user, pg_get_userbyid(c.relowner)), 'what is made belongs to the owner of the table',
           format('GRANT %I TO %I WITH SET TRUE;', pg_get_userbyid(c.relowner), current_user)
      FROM self c, become WHERE c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE') AND NOT pg_has_role(c.relowner, become.privilege)
    UNION ALL
    SELECT 1, format('role %I may not create schemas', current_user), 'the new table is built in a schema of its own',
           format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user)
     WHERE NOT has_database_privilege(current_database(), 'CREATE')
    UNION ALL
    SELECT 1, format('role %I may not create tables in schema %I', current_user, c.nspname), 'the swap moves the new table there',
           format('GRANT CREATE ON SCHEMA %I TO %I;', c.nspname, current_user)
      FROM self c WHERE NOT has_schema_privilege(c.relnamespace, 'CREATE')
    UNION ALL
    SELECT 1, format('role %I may not use tablespace %I', current_user, t.spcname), 'the new table or one of its indexes is created there',
           format('GRANT CREATE ON TABLESPACE %I TO %I;', t.spcname, current_user)
      FROM pg_tablespace t
     WHERE t.oid IN (SELECT c.reltablespace FROM self c
                     UNION SELECT k.reltablespace FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid WHERE i.indrelid = :oid)
       AND NOT has_tablespace_privilege(t.oid, 'CREATE')
    UNION ALL
    SELECT 2, format('constraint %I is inherited and NOT VALID', k.conname), 'it cannot be taken off the new table while that is filled',
           format('Validate it: ALTER TABLE %s VALIDATE CONSTRAINT %I;', c.oid::regclass, k.conname)
      FROM self c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('c', 'n') AND k.coninhcount > 0 AND NOT k.convalidated
     WHERE NOT c.relispartition
    UNION ALL
    SELECT 2, format('generated column %I is inherited', g.attname), format('column %I, which is inherited and defined here, too, cannot be made beside it', a.attname),
           'Take the table out with ALTER TABLE ... NO INHERIT, if it may stay outside; or make the change with a plain ALTER TABLE.'
      FROM self c
      JOIN pg_attribute g ON g.attrelid = c.oid AND g.attgenerated <> '' AND NOT g.attislocal AND NOT g.attisdropped
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND a.attislocal AND a.attinhcount > 0 AND NOT a.attisdropped
     WHERE NOT c.relispartition
    UNION ALL
    SELECT 2, format('%s inherits from it', i.inhrelid::regclass),
           'its columns and constraints are those of its children, too: ALTER TABLE changes all of these tables, a swap one only',
           'Take it out with ALTER TABLE ... NO INHERIT, if it may stay outside; or make the change with a plain ALTER TABLE.'
      FROM pg_inherits i JOIN self c ON c.oid = i.inhparent WHERE c.relkind = 'r'
    UNION ALL
    SELECT 5, 'its replica identity is an index that was dropped', 'the new table cannot have one like that',
           format('ALTER TABLE %s REPLICA IDENTITY NOTHING means the same; DEFAULT is the primary key.', c.oid::regclass)
      FROM self c WHERE c.relkind = 'r' AND c.relreplident = 'i' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)
    UNION ALL
    SELECT 3, format('it is a typed table (OF %s)', c.reloftype::regtype), 'its columns belong to the type', 'ALTER TABLE ... NOT OF makes it an ordinary one.'
      FROM self c WHERE c.reloftype <> 0
    UNION ALL
    SELECT 4, format('it belongs to extension %s', e.extname), 'the extension manages it', 'ALTER EXTENSION ... DROP TABLE takes it out, if that is what you want.'
      FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
     WHERE d.classid = 'pg_class'::regclass AND d.objid = :oid AND d.deptype = 'e'
    UNION ALL
    SELECT 2, format('it is a partition of %s, which foreign keys reference', i.inhparent::regclass),
           'a partition cannot be detached then', 'Drop these foreign keys before and add them again afterwards.'
      FROM pg_inherits i JOIN self c ON c.oid = i.inhrelid
     WHERE c.relispartition AND EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = i.inhparent)
    UNION ALL
    SELECT 2, format('it %s %s, and so is locked with it', CASE WHEN c.relispartition THEN 'is a partition of' ELSE 'inherits from' END, i.inhparent::regclass),
           format('role %I is not owner of the parent', current_user), format('GRANT %I TO %I;', pg_get_userbyid(p.relowner), current_user)
      FROM pg_inherits i JOIN self c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
     WHERE NOT pg_has_role(p.relowner, 'USAGE')
    UNION ALL
    SELECT 2, format('it is being detached from %s', i.inhparent::regclass), 'the swap would attach it again',
           format('ALTER TABLE %s DETACH PARTITION %s FINALIZE; or attach it again.', i.inhparent::regclass, i.inhrelid::regclass)
      FROM pg_inherits i WHERE i.inhrelid = :oid AND i.inhdetachpending
    UNION ALL
    SELECT 2, format('index %s of the partitioned table has none on this partition', p.indexrelid::regclass),
           'the partition would get one when it is attached again', 'Create one and attach it: CREATE INDEX CONCURRENTLY, ALTER INDEX ... ATTACH PARTITION.'
      FROM pg_inherits i JOIN self c ON c.oid = i.inhrelid JOIN pg_index p ON p.indrelid = i.inhparent
     WHERE c.relispartition
       AND NOT EXISTS (SELECT FROM pg_inherits h JOIN pg_index x ON x.indexrelid = h.inhrelid WHERE h.inhparent = p.indexrelid AND x.indrelid = :oid)
    UNION ALL
    -- ATTACH PARTITION takes the first index that fits, in the order of OIDs, blind to ASC and DESC, but not to
    -- families of operators
    SELECT 2, format('index %s belongs to %s', a.indexrelid::regclass, ah.inhparent::regclass),
           format('when the partition is attached again, index %s would be attached in its place', b.indexrelid::regclass), format('Recreate index %s, so that it is the newer one.', b.indexrelid::regclass)
      FROM pg_index a
      JOIN pg_class ac ON ac.oid = a.indexrelid
      JOIN pg_inherits ah ON ah.inhrelid = a.indexrelid
      JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid < a.indexrelid AND b.indisunique = a.indisunique
                     AND b.indnkeyatts = a.indnkeyatts AND b.indkey = a.indkey AND b.indcollation = a.indcollation
                     AND (SELECT array_agg(o.opcfamily ORDER BY u.n) FROM unnest(b.indclass) WITH ORDINALITY AS u(class, n) JOIN pg_opclass o ON o.oid = u.class)
                         = (SELECT array_agg(o.opcfamily ORDER BY u.n) FROM unnest(a.indclass) WITH ORDINALITY AS u(class, n) JOIN pg_opclass o ON o.oid = u.class)
                     AND pg_get_expr(b.indpred, b.indrelid) IS NOT DISTINCT FROM pg_get_expr(a.indpred, a.indrelid)
                     AND pg_get_expr(b.indexprs, b.indrelid) IS NOT DISTINCT FROM pg_get_expr(a.indexprs, a.indrelid)
      JOIN pg_class bc ON bc.oid = b.indexrelid AND bc.relam = ac.relam
      LEFT JOIN pg_inherits bh ON bh.inhrelid = b.indexrelid
     WHERE a.indrelid = :oid AND (bh.inhparent IS NULL OR bh.inhparent > ah.inhparent)
       AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = ah.inhparent AND k.contype IN ('p', 'u', 'x')
                          AND NOT EXISTS (SELECT FROM pg_constraint l WHERE l.conindid = b.indexrelid AND l.contype IN ('p', 'u', 'x')))
    UNION ALL
    SELECT 6, format('foreign key %I of %s', k.conname, k.conrelid::regclass), format('role %I is not owner of %s', current_user, r.oid::regclass),
           format('GRANT %I TO %I;', pg_get_userbyid(r.relowner), current_user)
      FROM pg_constraint k JOIN pg_class r ON r.oid = CASE WHEN k.conrelid = :oid THEN k.confrelid ELSE k.conrelid END
     WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = :oid OR k.confrelid = :oid) AND NOT pg_has_role(r.relowner, 'USAGE')
    UNION ALL
    SELECT 5, format('statistics objects named %I in several schemas', stxname), 'they cannot be in one schema', 'Rename one of them.'
      FROM pg_statistic_ext WHERE stxrelid = :oid GROUP BY stxname HAVING count(*) > 1
    UNION ALL
    SELECT 1, 'the database''s encoding is SQL_ASCII', 'text in it may be in any encoding', 'Use a database with a real encoding.'
     WHERE current_setting('server_encoding') = 'SQL_ASCII'
    UNION ALL
    SELECT 5, format('%s uses identity sequence %s', pg_describe_object(d.classid, d.objid, d.objsubid), s.objid::regclass),
           'the table gets a new sequence in the swap', 'Give it a sequence of its own first.'
      FROM pg_depend s
      JOIN pg_class k ON k.oid = s.objid AND k.relkind = 'S'
      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.objid AND d.deptype = 'n'
     WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = :oid AND s.deptype = 'i'
    UNION ALL
    SELECT 6, format('%s other tables are locked with it', count(*)), 'the server''s lock table could overflow',
           format('Raise max_locks_per_transaction (now %s).', current_setting('max_locks_per_transaction'))
      FROM (SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = :oid
            UNION SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = :oid) AS other
    HAVING count(*) * 10 > current_setting('max_locks_per_transaction')::bigint
                           * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
    UNION ALL
    SELECT 7, 'row-level security is forced on its owner', format('role %I would see only some of the rows', current_user),
           format('ALTER ROLE %I BYPASSRLS;', current_user)
      FROM self c
     WHERE c.relrowsecurity AND c.relforcerowsecurity
       AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls))
    UNION ALL
    SELECT 8, format('publication %I', p.pubname), format('role %I is not owner of the publication', current_user),
           format('GRANT %I TO %I;', pg_get_userbyid(p.pubowner), current_user)
      FROM pg_publication_rel pr JOIN pg_publication p ON p.oid = pr.prpubid
     WHERE pr.prrelid = :oid AND NOT pg_has_role(p.pubowner, 'USAGE')
    UNION ALL
    SELECT 9, format('publication %I is FOR ALL TABLES', p.pubname),
           'it would publish the new table and the change log at once: a subscriber that does not have them stops', 'Publish the tables by name, or use --force=publication if no subscriber minds.'
      FROM pg_publication p WHERE p.puballtables AND NOT :force_publication
    UNION ALL
    SELECT 9, format('publication %I is FOR ALL TABLES EXCEPT this one', p.pubname),
           'it would publish the table after the swap: the exception is for the old one', 'Drop the publication before and create it again afterwards.'
      FROM pg_publication_rel pr JOIN pg_publication p ON p.oid = pr.prpubid
     WHERE pr.prrelid = :oid AND (to_jsonb(pr)->>'prexcept')::boolean
    UNION ALL
    SELECT 12, format('%s %s', CASE k.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, k.oid::regclass),
           format('it must be replaced, and role %I is not its owner', current_user), format('GRANT %I TO %I;', pg_get_userbyid(k.relowner), current_user)
      FROM view JOIN pg_class k USING (oid) WHERE NOT pg_has_role(k.relowner, 'USAGE')
    UNION ALL
    SELECT 12, format('materialized view %s', k.oid::regclass),
           format('it must be recreated, and it reads materialized view %s, which has not been populated', below.oid::regclass),
           format('REFRESH MATERIALIZED VIEW %s; or drop one of them before.', below.oid::regclass)
      FROM view JOIN pg_class k USING (oid)
      JOIN pg_class below ON below.oid IN (SELECT oid FROM view) AND below.relkind = 'm' AND NOT below.relispopulated
     WHERE k.relkind = 'm' AND k.relispopulated
       AND EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                    WHERE r.ev_class = k.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = below.oid)
    UNION ALL
    SELECT 13, format('function %s', f.oid::regprocedure), format('it must be replaced, and role %I is not its owner', current_user),
           format('GRANT %I TO %I;', pg_get_userbyid(f.proowner), current_user)
      FROM pg_depend d JOIN pg_proc f ON d.classid = 'pg_proc'::regclass AND f.oid = d.objid
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND NOT pg_has_role(f.proowner, 'USAGE')
    UNION ALL
    -- functions over the row type are dropped and made again: nothing else may hang on them
    SELECT 13, f.what, x.why, x.remedy
      FROM row_function f, LATERAL (
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
               SELECT 'it would keep using the old table', 'Drop it before and create it again afterwards.' WHERE f.prokind = 'a'
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
    UNION ALL
    SELECT 13, format('%s on %s mentions the table', x.what, k.oid::regclass), format('it must be changed to use the new table, and role %I is not owner of %s', current_user, k.oid::regclass),
           format('GRANT %I TO %I;', pg_get_userbyid(k.relowner), current_user)
      FROM (SELECT format('policy %I', p.polname) AS what, p.polrelid AS oid FROM pg_policy p
             WHERE EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
                              AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)
            UNION ALL
            SELECT format('rule %I', r.rulename), r.ev_class FROM pg_rewrite r
             WHERE r.rulename <> '_RETURN'
               AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                              AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid)) AS x
      JOIN pg_class k ON k.oid = x.oid
     WHERE k.oid <> :oid AND NOT pg_has_role(k.relowner, 'USAGE')
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
    UNION ALL
    SELECT 10, 'the table is the target of a subscription', 'its apply worker would skip rows without an error after the swap', 'Migrate on the publisher''s side, or take the table out of the subscription.'
     WHERE EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = :oid)
    UNION ALL
    SELECT 11, format('security label of provider %s on %s', l.provider, pg_describe_object(l.classoid, l.objoid, l.objsubid)),
           'it would be lost', 'Remove it before and set it again afterwards.'
      FROM pg_seclabel l
     WHERE l.classoid = 'pg_class'::regclass
       AND (l.objoid = :oid OR l.objoid IN (SELECT oid FROM view)
            OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = l.classoid AND d.objid = l.objoid AND d.refclassid = 'pg_class'::regclass
                          AND d.refobjid = :oid AND d.deptype = 'i'))
    UNION ALL
    SELECT 5, format('%s %I of %s', CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'constraint' END, k.conname, k.conrelid::regclass),
           'its triggers are disabled, and a new one would be enforced', format('ALTER TABLE %s ENABLE TRIGGER ALL makes it an ordinary one.', k.conrelid::regclass)
      FROM pg_constraint k
     WHERE k.contype <> 't' AND (k.contype <> 'f' OR k.conparentid = 0) AND (k.conrelid = :oid OR k.confrelid = :oid)
       AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
    UNION ALL
    SELECT 6, format('role %I lacks the %s privilege on %s', current_user, p, c.oid::regclass), 'the new table has the same privileges, and pgswap writes to it',
           format('GRANT %s ON %s TO %I;', p, c.oid::regclass, current_user)
      FROM self c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p WHERE c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE') AND NOT has_table_privilege(c.oid, p)
    UNION ALL
    -- all else that hangs on the table, its columns or its row type
    SELECT 20, pg_describe_object(d.classid, d.objid, d.objsubid), 'it would keep using the old table',
           'Drop it before and create it again afterwards.'
      FROM (SELECT DISTINCT d.classid, d.objid, d.objsubid
              FROM pg_depend d
              JOIN self c ON (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
                          OR (d.refclassid = 'pg_type'::regclass
                              AND d.refobjid IN (SELECT c.reltype UNION SELECT typarray FROM pg_type WHERE oid = c.reltype AND typarray <> 0))
             WHERE d.deptype IN ('n', 'a', 'x')
               AND NOT (d.classid = 'pg_class'::regclass AND d.objid = c.oid)
               AND NOT (d.classid = 'pg_type'::regclass AND d.objid = c.reltype)
               AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class k WHERE k.oid = d.objid AND k.relkind IN ('i', 'S', 't')))
               AND NOT (d.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef k WHERE k.oid = d.objid AND k.adrelid = c.oid))
               AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND (k.conrelid = c.oid OR k.confrelid = c.oid)))
               AND d.classid NOT IN ('pg_statistic_ext'::regclass)
               AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS (SELECT FROM pg_trigger k WHERE k.oid = d.objid AND k.tgrelid = c.oid))
               AND d.classid NOT IN ('pg_rewrite'::regclass, 'pg_policy'::regclass)
               AND NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT oid FROM view))
               AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class k WHERE k.oid = d.objid AND k.relkind IN ('r', 'p')
                                                                        AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = k.oid AND i.inhparent = c.oid)))
               AND d.classid NOT IN ('pg_proc'::regclass)
               AND d.classid NOT IN ('pg_publication_rel'::regclass)) AS d
) AS r
 WHERE n = 0 OR NOT EXISTS (SELECT FROM self WHERE relkind <> 'r') -- what it is says all
 ORDER BY n, what;
