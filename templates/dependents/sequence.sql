-- Sequences that columns own. Those of identity columns are made with the new table and take the values of the old ones
-- (identity_values.sql); others are released before the exchange and move over. Lock: ACCESS EXCLUSIVE on them.

-- [with]
:part_owned_sequences,

-- [lock]
UNION SELECT s.oid FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
       WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND d.deptype IN ('a', 'i')

-- [moves]
UNION ALL
SELECT 'before', 'sequences', oid::bigint, format('ALTER SEQUENCE %I.%I OWNED BY NONE', nspname, relname) FROM owned_after WHERE target IS NOT NULL
UNION ALL
-- a value that the narrower type cannot hold becomes its last one
SELECT 'after', 'sequences', f.oid::bigint,
       CASE WHEN maximum < seqmax
            THEN format('DO %L; ', format('BEGIN IF (SELECT last_value OPERATOR(pg_catalog.>) %s FROM %I.%I) THEN ALTER SEQUENCE %I.%I RESTART WITH %s; END IF; END',
                                         maximum, f.nspname, f.relname, f.nspname, f.relname, maximum)) ELSE '' END
       || format('ALTER SEQUENCE %I.%I %s OWNED BY %s.%I', f.nspname, f.relname,
                 CASE WHEN type <> format_type(seqtypid, NULL) THEN format('AS %s MINVALUE %s MAXVALUE %s', type, minimum, maximum) ELSE '' END,
                 self.name, target)
  FROM self, owned_after AS f WHERE target IS NOT NULL

-- [description]
UNION ALL
SELECT CASE d.deptype WHEN 'i' THEN 'own' ELSE 'swap' END, format('sequence %I', c.relname),
       format('%s column %I; persistence %s; type %s; start %s; increment %s; minimum %s; maximum %s; cache %s; cycle %s; owner %s; grants %s; comment %s',
           CASE d.deptype WHEN 'i' THEN 'identity of' ELSE 'owned by' END, a.attname, c.relpersistence,
           format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
           pg_get_userbyid(c.relowner), coalesce(c.relacl, acldefault('s', c.relowner)),
           obj_description(c.oid, 'pg_class')), NULL, NULL, NULL
  FROM pg_depend d
  JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
  JOIN pg_sequence s ON s.seqrelid = c.oid
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
   AND d.refobjid = :oid AND d.deptype IN ('a', 'i')

-- [expected]
UNION ALL
(WITH :part_owned_sequences
SELECT format('sequence %I', relname), target IS NULL,
       format('owned by column %s; persistence %s; type %s; start %s; increment %s; minimum %s; maximum %s; cache %s; cycle %s; owner %s; grants %s; comment %s',
              quote_ident(target), relpersistence, type, seqstart, seqincrement, minimum, maximum, seqcache, seqcycle,
              pg_get_userbyid(relowner), coalesce(relacl, acldefault('s', relowner)), obj_description(oid, 'pg_class'))
  FROM owned_after)

-- [marks]
CASE h.classid WHEN 'pg_class'::regclass THEN (SELECT s.xmin::text FROM pg_sequence s WHERE s.seqrelid = h.objid) END,

-- [claims]
OR d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class k WHERE k.oid = d.objid AND k.relkind = 'S')

-- [refusals]
UNION ALL
SELECT 5, format('%s uses identity sequence %s', pg_describe_object(d.classid, d.objid, d.objsubid), s.objid::regclass),
       'the table gets a new sequence in the swap', 'Give it a sequence of its own first.'
  FROM pg_depend s
  JOIN pg_class k ON k.oid = s.objid AND k.relkind = 'S'
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.objid AND d.deptype = 'n'
 WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = :oid AND s.deptype = 'i'

-- [refusals_change]
UNION ALL
-- a sequence goes with its column, whoever else takes numbers from it
SELECT coalesce((SELECT format('the default of column %I', a.attname) FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
                  WHERE d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid AND f.adrelid = :green),
                pg_describe_object(d.classid, d.objid, d.objsubid)),
       format('it uses sequence %s, which is owned by column %I, which the change drops', s.objid::regclass, t.attname),
       format('Drop it before, or release the sequence: ALTER SEQUENCE %s OWNED BY NONE.', s.objid::regclass)
  FROM touched t
  JOIN pg_depend s ON s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = :oid
                  AND s.refobjsubid = t.attnum AND s.deptype = 'a'
  JOIN pg_class c ON c.oid = s.objid AND c.relkind = 'S'
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.objid AND d.deptype = 'n'
 WHERE t.verb = 'drops'
   AND NOT EXISTS (SELECT FROM pg_attrdef f WHERE d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid AND f.adrelid = :oid)
UNION ALL
SELECT format('column %I', a.attname), format('it owns sequence %s, and becomes an identity column with another sequence', s.objid::regclass),
       format('Make it an identity column first, or release the sequence: ALTER SEQUENCE %s OWNED BY NONE.', s.objid::regclass)
  FROM mapped m
  JOIN pg_attribute a ON a.attrelid = :oid AND a.attname = m.source AND a.attidentity = ''
  JOIN pg_attribute g ON g.attrelid = :green AND g.attname = m.target AND g.attidentity <> ''
  JOIN pg_depend s ON s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = :oid
                  AND s.refobjsubid = a.attnum AND s.deptype = 'a'
  JOIN pg_class c ON c.oid = s.objid AND c.relkind = 'S'
 WHERE EXISTS (SELECT FROM pg_attrdef f JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid
                WHERE f.adrelid = :oid AND f.adnum = a.attnum AND u.refclassid = 'pg_class'::regclass AND u.refobjid = s.objid)

-- None of [refusals_green]: they are what the change is about.
-- None of [scene] [rehearsal]: no type of a column is in the way.
