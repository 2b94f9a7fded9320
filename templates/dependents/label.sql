-- Security labels of the table, its views and its identity sequences. Lock: none.

-- [description]
UNION ALL
SELECT 'swap', format('label of %s by %s', l.objsubid, l.provider), l.label, NULL, NULL, NULL
  FROM pg_seclabel l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = :oid

-- [marks]
CASE WHEN h.classid <> 'pg_attrdef'::regclass THEN
    (SELECT string_agg(l.xmin::text, ',' ORDER BY l.objsubid, l.provider) FROM pg_seclabel l WHERE l.objoid = h.objid AND l.classoid = h.classid) END,

-- [refusals]
UNION ALL
SELECT 11, format('security label of provider %s on %s', l.provider, pg_describe_object(l.classoid, l.objoid, l.objsubid)),
       'it would be lost', 'Remove it before and set it again afterwards.'
  FROM pg_seclabel l
 WHERE l.classoid = 'pg_class'::regclass
   AND (l.objoid = :oid OR l.objoid IN (SELECT oid FROM view)
        OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = l.classoid AND d.objid = l.objoid AND d.refclassid = 'pg_class'::regclass
                      AND d.refobjid = :oid AND d.deptype = 'i'))

-- None of [lock] [moves] [refusals_green] [refusals_change] [scene] [rehearsal]: it is refused.
-- None of [claims]: it is no dependency.
-- None of [expected]: it is refused.
