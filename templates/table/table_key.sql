-- Chooses the key: the primary key, or else the unique index with the fewest columns over NOT NULL
-- columns that is valid, not partial, not on expressions and compares with the types' own equality, under
-- the columns' own collations: under another one two keys may be equal that this index keeps apart, and no
-- index finds them. One row per column. Lock: none.
WITH candidate AS (
    SELECT i.indexrelid, i.indisprimary, i.indnkeyatts, i.indkey::int2[] AS columns
      FROM pg_index i
     WHERE i.indrelid = :oid
       AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive
       AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT i.indisexclusion
       AND (i.indimmediate OR i.indisprimary)
       AND NOT EXISTS (
               SELECT FROM generate_series(0, i.indnkeyatts - 1) AS k(n)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]
                WHERE NOT a.attnotnull
                   OR EXISTS (SELECT FROM pg_constraint n WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey[1] = a.attnum AND NOT n.convalidated))
       AND NOT EXISTS (
               SELECT FROM generate_series(0, i.indnkeyatts - 1) AS k(n)
                 JOIN pg_opclass o ON o.oid = i.indclass[k.n]
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]
                WHERE NOT o.opcdefault OR i.indcollation[k.n] <> a.attcollation)
     ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid
     LIMIT 1)
SELECT c.relname AS index, a.attname AS column,
       format_type(base.oid, base.typmod)
           || CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
                   THEN ' COLLATE ' || (SELECT quote_ident(n.nspname) || '.' || quote_ident(l.collname)
                                          FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                                         WHERE l.oid = a.attcollation)
                   ELSE '' END AS type,
       (SELECT format('OPERATOR(%I.%s)', n.nspname, op.oprname)
          FROM pg_index i
          JOIN pg_opclass o ON o.oid = i.indclass[k.n - 1]
          JOIN pg_amop am ON am.amopfamily = o.opcfamily AND am.amopstrategy = 3
                         AND am.amoplefttype = o.opcintype AND am.amoprighttype = o.opcintype
          JOIN pg_operator op ON op.oid = am.amopopr
          JOIN pg_namespace n ON n.oid = op.oprnamespace
         WHERE i.indexrelid = candidate.indexrelid) AS equality
  FROM candidate
  JOIN pg_class c ON c.oid = candidate.indexrelid
  CROSS JOIN generate_series(1, candidate.indnkeyatts) AS k(n)
  JOIN pg_attribute a ON a.attrelid = :oid AND a.attnum = candidate.columns[k.n - 1]
  JOIN pg_type t ON t.oid = a.atttypid
  -- a domain's own rules (NOT NULL, a default) have no place in the change log
  :part_base_type
 ORDER BY k.n;
