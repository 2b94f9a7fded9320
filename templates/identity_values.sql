-- Generates what lets identity sequences go on where they were: the new live's sequence takes the
-- value of the sequence that stood behind the same column. To run after the exchange. Lock: ROW
-- EXCLUSIVE on the new sequences; the old ones are locked by the exchange.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped),
sequence AS (
    SELECT d.refobjid AS relation, a.attname AS column, d.deptype, c.relname
      FROM pg_depend d
      JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.deptype IN ('a', 'i') AND d.refobjid IN (:live, :standby))
SELECT format('SELECT pg_catalog.setval(%L, last_value, is_called) FROM %I.%I',
              format('%I.%I', :'home', new.relname), :'away', old.relname) AS statement
  FROM mapped
  JOIN sequence AS old ON old.relation = :live AND old.column = mapped.source
  JOIN sequence AS new ON new.relation = :standby AND new.column = mapped.target AND new.deptype = 'i';
