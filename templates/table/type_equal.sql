-- The operator that a type's default B-tree operator class calls equal; no row if it has none.
-- Lock: none.
WITH RECURSIVE part(oid) AS (
    SELECT :type::oid
    UNION ALL
    SELECT d.typbasetype FROM part JOIN pg_type d ON d.oid = part.oid WHERE d.typtype = 'd'),
base AS (SELECT t.* FROM part JOIN pg_type t ON t.oid = part.oid WHERE t.typtype <> 'd')
SELECT format('OPERATOR(%I.%s)', n.nspname, op.oprname) AS equality
  FROM base
  JOIN pg_opclass o ON o.opcdefault
   AND (o.opcintype = base.oid
        OR o.opcintype = 'anyarray'::regtype AND base.typcategory = 'A'
        OR o.opcintype = 'anyenum'::regtype AND base.typtype = 'e'
        OR o.opcintype = 'anyrange'::regtype AND base.typtype = 'r'
        OR o.opcintype = 'anymultirange'::regtype AND base.typtype = 'm'
        OR o.opcintype = 'record'::regtype AND base.typtype = 'c'
        OR EXISTS (SELECT FROM pg_cast c WHERE c.castsource = base.oid AND c.casttarget = o.opcintype
                      AND c.castmethod = 'b' AND c.castcontext = 'i'))
  JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
  JOIN pg_amop am ON am.amopfamily = o.opcfamily AND am.amopstrategy = 3
                 AND am.amoplefttype = o.opcintype AND am.amoprighttype = o.opcintype
  JOIN pg_operator op ON op.oid = am.amopopr
  JOIN pg_namespace n ON n.oid = op.oprnamespace
 ORDER BY o.opcintype = base.oid DESC, (SELECT typispreferred FROM pg_type WHERE oid = o.opcintype) DESC
 LIMIT 1;
