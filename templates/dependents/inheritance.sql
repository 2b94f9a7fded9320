-- The parents of the table: the partitioned table that it is a partition of, or those that it inherits from. No child
-- is without a parent for a moment, else what is inherited would become its own for good (see green_create.sql). Its
-- own children are refused. Lock: ACCESS EXCLUSIVE on the parents and the default partition.

-- [with]
above AS (
    SELECT i.inhparent::regclass::text AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound, NOT c.relispartition AS classical,
           row_number() OVER (ORDER BY i.inhseqno) AS n,
           (SELECT format('%I.%I', s.nspname, k.relname) FROM pg_class k JOIN pg_namespace s ON s.oid = k.relnamespace
             WHERE k.relname = 'pgswap_parent' AND s.nspname IN (:'there', :'away')) AS ours
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhrelid = :oid),

-- [lock]
UNION SELECT inhparent FROM pg_inherits WHERE inhrelid = :oid
UNION SELECT p.partdefid FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent
       WHERE i.inhrelid = :oid AND p.partdefid NOT IN (0, :oid)

-- [moves]
UNION ALL
-- partition of another table: its bound and, so that no scan is needed, a check (see green_carry.sql)
SELECT 'before', 'parent', 0, format('ALTER TABLE %s DETACH PARTITION %s', parent, self.name) FROM self, above WHERE NOT classical
UNION ALL
SELECT 'before', 'parent', con.oid::bigint, format('ALTER TABLE %s DROP CONSTRAINT %I', self.name, con.conname)
  FROM self JOIN pg_constraint con ON con.conrelid = self.oid AND con.contype = 'f'
  JOIN pg_constraint up ON up.oid = con.conparentid AND up.conrelid <> self.oid
UNION ALL
SELECT 'after', 'parent', 0, format('ALTER TABLE %s ATTACH PARTITION %s %s', parent, self.name, bound) FROM self, above WHERE NOT classical
UNION ALL
SELECT 'after', 'left', 0, format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS pgswap_bound', self.name) FROM self, above WHERE NOT classical
UNION ALL
-- child in classical inheritance
SELECT x.stage, x.step, above.n, format('ALTER TABLE %s %s', self.name, x.action)
  FROM self, above, LATERAL (VALUES ('before', 'parent', false, 'INHERIT ' || ours), ('before', 'left', true, 'NO INHERIT ' || parent),
                                    ('after', 'parent', true, 'INHERIT ' || parent), ('after', 'left', false, 'NO INHERIT ' || ours)) AS x(stage, step, of_each, action)
 WHERE classical AND (of_each OR above.n = 1)
UNION ALL
-- the parent's foreign keys come back with it, under the parent's names: out of each other's way first
SELECT 'after', x.step, con.oid::bigint,
       format('DO $do$ DECLARE key pg_catalog.name; BEGIN SELECT conname INTO STRICT key FROM pg_catalog.pg_constraint'
              ' WHERE conrelid OPERATOR(pg_catalog.=) %L::pg_catalog.regclass AND conparentid OPERATOR(pg_catalog.=) %s;'
              ' EXECUTE pg_catalog.format(''ALTER TABLE %%s RENAME CONSTRAINT %%I TO %%I'', %L, key, %L); END $do$',
              self.name, up.oid, self.name, CASE x.step WHEN 'names aside' THEN format('pgswap_%s', con.oid) ELSE con.conname END)
  FROM self JOIN pg_constraint con ON con.conrelid = self.oid AND con.contype = 'f'
  JOIN pg_constraint up ON up.oid = con.conparentid AND up.conrelid <> self.oid, (VALUES ('names aside'), ('names')) AS x(step)
 WHERE EXISTS (SELECT FROM pg_constraint d JOIN pg_constraint u ON u.oid = d.conparentid AND u.conrelid <> d.conrelid
                WHERE d.conrelid = self.oid AND d.contype = 'f' AND d.conname <> u.conname)
UNION ALL
SELECT 'after', 'rest', con.oid::bigint, format('COMMENT ON CONSTRAINT %I ON %s IS %L', con.conname, self.name, obj_description(con.oid, 'pg_constraint'))
  FROM self JOIN pg_constraint con ON con.conrelid = self.oid AND con.contype = 'f'
  JOIN pg_constraint up ON up.oid = con.conparentid AND up.conrelid <> self.oid
 WHERE obj_description(con.oid, 'pg_constraint') IS NOT NULL
UNION ALL
-- the parent's triggers come back with it, in the parent's state
SELECT 'after', 'names', t.oid::bigint, format('ALTER TABLE %s %s TRIGGER %I', self.name,
              CASE t.tgenabled WHEN 'O' THEN 'ENABLE' WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname)
  FROM self, user_trigger t WHERE to_jsonb(t)->>'tgparentid' <> '0'

-- [description]
UNION ALL
SELECT 'swap', format('parent %s', i.inhparent::regclass),
       format('%s%s', coalesce(pg_get_expr(c.relpartbound, c.oid), format('number %s', row_number() OVER (ORDER BY i.inhseqno))), CASE WHEN i.inhdetachpending THEN '; being detached' END),
       NULL, NULL, NULL
  FROM pg_inherits i JOIN self c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
 WHERE NOT (p.relname = 'pgswap_parent' AND starts_with(pn.nspname, 'pgswap_'))
UNION ALL
SELECT 'swap', format('child %s', i.inhrelid::regclass), '', NULL, NULL, NULL FROM pg_inherits i WHERE i.inhparent = :oid
UNION ALL
SELECT 'swap', format('foreign key %I from %s', c.conname, u.conrelid::regclass), format('%s; comment %s', u.conname, obj_description(c.oid, 'pg_constraint')), NULL, NULL, NULL
  FROM pg_constraint c JOIN pg_constraint u ON u.oid = c.conparentid AND u.conrelid <> c.conrelid WHERE c.contype = 'f' AND c.conrelid = :oid
UNION ALL
SELECT 'swap', format('parent of index %s', i.indexrelid::regclass), i.parent::regclass::text, NULL, NULL, NULL
  FROM (SELECT i.indexrelid, h.inhparent AS parent FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE i.indrelid = :oid) AS i
UNION ALL
SELECT 'swap', format('identity of column %I', attname), format('%s, of the parent', attidentity), NULL, NULL, NULL FROM parents_identity

-- [marks]
CASE h.classid WHEN 'pg_class'::regclass THEN (SELECT string_agg(i.xmin::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = h.objid) END,

-- [claims]
OR d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = d.objid AND i.inhparent = :oid)

-- [refusals]
UNION ALL
SELECT 2, format('%s inherits from it', i.inhrelid::regclass),
       'its columns and constraints are those of its children, too: ALTER TABLE changes all of these tables, a swap one only',
       'Take it out with ALTER TABLE ... NO INHERIT, if it may stay outside; or make the change with a plain ALTER TABLE.'
  FROM pg_inherits i JOIN self c ON c.oid = i.inhparent WHERE c.relkind = 'r'
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

-- [refusals_change]
UNION ALL
SELECT format('column %I of parent %s', p.attname, i.inhparent::regclass),
       'a partition must have the same columns with the same types as its parent',
       'Change only what may differ between partitions: indexes, storage, constraints.'
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
  JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND NOT p.attisdropped
  LEFT JOIN pg_attribute g ON g.attrelid = :green AND g.attname = p.attname AND g.attnum > 0
                          AND g.atttypid = p.atttypid AND g.atttypmod = p.atttypmod AND g.attcollation = p.attcollation
 WHERE i.inhrelid = :oid AND g.attname IS NULL
UNION ALL
SELECT format('column %I', g.attname), 'a partition cannot have a column that its parent does not have',
       'Add the column to the partitioned table.'
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
  JOIN pg_attribute g ON g.attrelid = :green AND g.attnum > 0 AND NOT g.attisdropped
 WHERE i.inhrelid = :oid
   AND NOT EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = i.inhparent AND p.attname = g.attname AND p.attnum > 0)
UNION ALL
SELECT format('column %I of parent %s is NOT NULL', p.attname, i.inhparent::regclass),
       'a table whose column is not cannot inherit from it', 'Keep NOT NULL there.'
  FROM pg_inherits i
  JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND p.attnotnull
  JOIN pg_attribute g ON g.attrelid = :green AND g.attname = p.attname AND g.attnum > 0 AND NOT g.attnotnull
 WHERE i.inhrelid = :oid
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = p.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[p.attnum] AND k.connoinherit)

-- [refusals_green]
UNION ALL
SELECT format('inheritance from %s', i.inhparent::regclass), 'its rows would appear twice', 'Attach it after the swap.'
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
 WHERE i.inhrelid = :green AND p.relnamespace <> c.relnamespace

-- None of [scene] [rehearsal]: that the columns suit the parent is seen by comparing them.
-- None of [expected]: they come as they are.
