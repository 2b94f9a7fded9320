-- What of the new table has values that depend on these parameters: it calls functions that are not the
-- server's own, or not immutable, or converts to or from text that has several forms. Parse trees are
-- read as text. blue: where a column has a value already, its default is not evaluated. Lock: none.
WITH RECURSIVE part(oid) AS (
    SELECT atttypid FROM pg_attribute WHERE attrelid = :green AND attnum > 0 AND NOT attisdropped
    UNION
    :part_inner_types),
tree(name, text) AS (
    SELECT format('column %I', a.attname), d.adbin::text
      FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
     WHERE d.adrelid = :green
       AND (a.attgenerated <> '' OR NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = :blue AND b.attname = a.attname))
    UNION ALL
    SELECT format('constraint %I', c.conname), c.conbin::text
      FROM pg_constraint c WHERE c.contype = 'c' AND c.conrelid = :green
    UNION ALL
    SELECT format('domain %s', c.contypid::regtype), c.conbin::text
      FROM pg_constraint c WHERE c.contype = 'c' AND c.contypid IN (SELECT oid FROM part)
    UNION ALL
    SELECT format('index %I', c.relname), concat(i.indexprs, i.indpred)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = :green
    UNION ALL
    SELECT format('statistics %I', s.stxname), s.stxexprs::text FROM pg_statistic_ext s WHERE s.stxrelid = :green
    UNION ALL
    SELECT format('partition of %s', p.partrelid::regclass), p.partexprs::text
      FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent WHERE i.inhrelid = :blue)
SELECT DISTINCT tree.name
  FROM tree
 WHERE EXISTS (SELECT FROM regexp_matches(tree.text, ':(?:funcid|opfuncid|hashfuncid) (\d+)', 'g') AS m(id)
                 JOIN pg_proc f ON f.oid = m.id[1]::oid
                 JOIN pg_language l ON l.oid = f.prolang
                WHERE f.provolatile <> 'i' OR (f.oid >= 16384 AND l.lanname NOT IN ('c', 'internal')))
    OR tree.text ~ '\{SQLVALUEFUNCTION'
    OR (tree.text ~ '\{COERCEVIAIO'
        AND EXISTS (SELECT FROM regexp_matches(tree.text, ':(?:var|const|result|funcresult|opresult)type (\d+)', 'g') AS m(id)
                      JOIN pg_type y ON y.oid = m.id[1]::oid
                      JOIN pg_proc f ON f.oid IN (y.typinput, y.typoutput)
                     WHERE f.provolatile <> 'i' OR y.oid IN ('bytea'::regtype, 'float4'::regtype, 'float8'::regtype)))
 ORDER BY tree.name;
