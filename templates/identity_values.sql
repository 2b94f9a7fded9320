-- Generates what lets identity sequences go on where they were: the new live's sequence takes the
-- value of the sequence that stood behind the same column. A nextval() by name that waits for our lock
-- knows the old sequence already and takes its next values from there; so the new one leaves out the
-- next thousand, where it has room for that a hundred times over. To run after the exchange. Lock: ROW
-- EXCLUSIVE on the new sequences; the old ones are locked by the exchange.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped),
sequence AS (
    SELECT d.refobjid AS relation, a.attname AS column, d.deptype, c.relname, s.*,
           1000 * s.seqincrement::numeric * s.seqcache AS gap
      FROM pg_depend d
      JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_sequence s ON s.seqrelid = c.oid
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.deptype IN ('a', 'i') AND d.refobjid IN (:live, :standby))
SELECT format('SELECT pg_catalog.setval(%L, CASE WHEN is_called AND last_value + 100 * (%s) BETWEEN %s AND %s'
              ' THEN last_value + (%s) ELSE last_value END::bigint, is_called) FROM %I.%I',
              format('%I.%I', :'home', new.relname), new.gap, new.seqmin, new.seqmax, new.gap, :'away', old.relname) AS statement
  FROM mapped
  JOIN sequence AS old ON old.relation = :live AND old.column = mapped.source
  JOIN sequence AS new ON new.relation = :standby AND new.column = mapped.target AND new.deptype = 'i';
