-- Everything about a table that is not carried over: what was found, why it matters, what the user
-- can do. Lock: none.
WITH self AS (
    SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid)
SELECT what, why, remedy FROM (
    SELECT 1 AS n,
           format('%s is %s', c.oid::regclass,
                  CASE c.relkind WHEN 'p' THEN 'a partitioned table' WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view'
                                 WHEN 'f' THEN 'a foreign table' WHEN 'S' THEN 'a sequence' ELSE 'not a table' END) AS what,
           'only ordinary tables can be migrated' AS why,
           CASE c.relkind WHEN 'p' THEN 'Migrate its partitions one by one.' ELSE 'Name the table itself.' END AS remedy
      FROM self c WHERE c.relkind <> 'r'
    UNION ALL
    SELECT 1, format('%s is a temporary table', c.oid::regclass), 'other sessions cannot see it', 'A plain ALTER TABLE is enough.'
      FROM self c WHERE c.relpersistence = 't'
    UNION ALL
    SELECT 1, format('%s is a system catalog', c.oid::regclass), 'its OID is known to the server', 'There is no way.'
      FROM self c WHERE c.oid < 16384 OR c.nspname IN ('pg_catalog', 'information_schema', 'pgswap')
    UNION ALL
    SELECT 2, format('it is a partition of %s', i.inhparent::regclass), 'it would be detached', 'Migrating partitions is not supported yet.'
      FROM pg_inherits i JOIN self c ON c.oid = i.inhrelid WHERE c.relispartition
    UNION ALL
    SELECT 2, format('it inherits from %s', i.inhparent::regclass), 'its rows would leave the parent', 'Tables in classical inheritance are not supported.'
      FROM pg_inherits i JOIN self c ON c.oid = i.inhrelid WHERE NOT c.relispartition
    UNION ALL
    SELECT 2, format('%s inherits from it', i.inhrelid::regclass), 'the child would stay with the old table', 'Tables in classical inheritance are not supported.'
      FROM pg_inherits i JOIN self c ON c.oid = i.inhparent WHERE c.relkind = 'r'
    UNION ALL
    SELECT 3, format('it is a typed table (OF %s)', c.reloftype::regtype), 'its columns belong to the type', 'ALTER TABLE … NOT OF makes it an ordinary one.'
      FROM self c WHERE c.reloftype <> 0
    UNION ALL
    SELECT 4, format('it belongs to extension %s', e.extname), 'the extension manages it', 'ALTER EXTENSION … DROP TABLE takes it out, if that is what you want.'
      FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
     WHERE d.classid = 'pg_class'::regclass AND d.objid = :oid AND d.deptype = 'e'
    UNION ALL
    SELECT 5, format('foreign key %I of %s', k.conname, k.conrelid::regclass),
           CASE WHEN k.conrelid = :oid THEN 'it would be lost' ELSE 'it would go on pointing at the old table' END,
           'Drop it before and add it again afterwards.'
      FROM pg_constraint k WHERE k.contype = 'f' AND (k.conrelid = :oid OR k.confrelid = :oid)
    UNION ALL
    SELECT 6, format('trigger %I', t.tgname), 'it would be lost', 'Drop it before and create it again afterwards.'
      FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE t.tgrelid = :oid AND NOT t.tgisinternal AND NOT (t.tgname LIKE 'pgswap\_%' AND n.nspname = 'pgswap')
    UNION ALL
    SELECT 7, format('rule %I', r.rulename), 'it would be lost', 'Drop it before and create it again afterwards.'
      FROM pg_rewrite r WHERE r.ev_class = :oid
    UNION ALL
    SELECT 8, format('policy %I', p.polname), 'it would be lost', 'Row-level security is not supported yet.'
      FROM pg_policy p WHERE p.polrelid = :oid
    UNION ALL
    SELECT 9, format('publication %I', p.pubname), 'it would go on publishing the old table', 'Take the table out of the publication before and put it back afterwards.'
      FROM pg_publication_rel pr JOIN pg_publication p ON p.oid = pr.prpubid WHERE pr.prrelid = :oid
    UNION ALL
    SELECT 9, format('publication %I (%s)', p.pubname, CASE WHEN p.puballtables THEN 'FOR ALL TABLES' ELSE 'FOR TABLES IN SCHEMA' END),
           'it would publish the new table and the change log at once: a subscriber that does not have them stops', 'Publish the tables by name.'
      FROM pg_publication p
     WHERE p.puballtables
        OR EXISTS (SELECT FROM pg_publication_tables t JOIN self c ON t.schemaname = c.nspname AND t.tablename = c.relname
                    WHERE t.pubname = p.pubname
                      AND NOT EXISTS (SELECT FROM pg_publication_rel pr WHERE pr.prpubid = p.oid AND pr.prrelid = :oid))
    UNION ALL
    SELECT 10, 'the table is the target of a subscription', 'its apply worker would skip rows without an error after the swap', 'Migrate on the publisher''s side, or take the table out of the subscription.'
     WHERE EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = :oid)
    UNION ALL
    SELECT 11, format('security label of provider %s', l.provider), 'it would be lost', 'Remove it before and set it again afterwards.'
      FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = :oid
    UNION ALL
    -- all else that hangs on the table, its columns or its row type
    SELECT 20, pg_describe_object(d.classid, d.objid, d.objsubid), 'it would go on using the old table',
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
               AND NOT (d.classid = 'pg_rewrite'::regclass AND EXISTS (SELECT FROM pg_rewrite k WHERE k.oid = d.objid AND k.ev_class = c.oid))
               AND NOT (d.classid = 'pg_policy'::regclass AND EXISTS (SELECT FROM pg_policy k WHERE k.oid = d.objid AND k.polrelid = c.oid))
               AND d.classid NOT IN ('pg_publication_rel'::regclass)) AS d
) AS r
 ORDER BY n, what;
