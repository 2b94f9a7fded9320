-- The operator that the default B-tree operator class of a column's type calls equal,
-- and the type without a domain's own rules. Lock: none.
SELECT format('OPERATOR(%I.%s)', n.nspname, op.oprname) AS equality,
       format_type(base.oid, base.typmod)
           || CASE WHEN a.attcollation <> 0 AND a.attcollation <> (SELECT typcollation FROM pg_type t WHERE t.oid = a.atttypid)
                   THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END AS base_type
  FROM pg_index i
  JOIN pg_attribute a ON a.attrelid = i.indrelid
  CROSS JOIN generate_series(0, i.indnkeyatts - 1) AS k(n)
  JOIN pg_opclass o ON o.oid = i.indclass[k.n]
  JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
  JOIN pg_amop am ON am.amopfamily = o.opcfamily AND am.amopstrategy = 3
                 AND am.amoplefttype = o.opcintype AND am.amoprighttype = o.opcintype
  JOIN pg_operator op ON op.oid = am.amopopr
  JOIN pg_namespace n ON n.oid = op.oprnamespace
  :part_base_type
 WHERE i.indrelid = :table AND i.indisunique AND a.attname = :'column' AND i.indkey[k.n] = a.attnum
   AND o.opcdefault
 ORDER BY i.indexrelid LIMIT 1;
