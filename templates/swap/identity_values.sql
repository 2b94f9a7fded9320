-- Generates what lets identity sequences go on where they were: the new live's sequence takes the
-- value of the sequence that gave the same column its numbers (not of others that it owns). A nextval() by name that waits for our lock
-- knows the old sequence already and takes its next values from there; so the new one leaves out the
-- next thousand, or a hundredth of what is left. A value that the new type cannot hold becomes its last.
-- To run after the exchange. Lock: ROW EXCLUSIVE on the new sequences; the old ones are locked by the
-- exchange.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped),
sequence AS (
    SELECT d.refobjid AS relation, a.attname AS column, d.deptype, c.relname, s.*,
           CASE WHEN s.seqincrement > 0 THEN s.seqmax ELSE s.seqmin END AS bound
      FROM pg_depend d
      JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_sequence s ON s.seqrelid = c.oid
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid IN (:live_oid, :standby_oid)
       AND (d.deptype = 'i'
            OR d.deptype = 'a' AND EXISTS (SELECT FROM pg_attrdef f JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid
                                            WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum
                                              AND u.refclassid = 'pg_class'::regclass AND u.refobjid = d.objid)))
SELECT format('SELECT pg_catalog.setval(%L, least(%s, greatest(%s, last_value OPERATOR(pg_catalog.+) (%s'
              ' OPERATOR(pg_catalog.*) greatest(0, least(1000 OPERATOR(pg_catalog.*) %s, pg_catalog.trunc('
              '(%s OPERATOR(pg_catalog.-) last_value::numeric) OPERATOR(pg_catalog./) (100 OPERATOR(pg_catalog.*) %s)))))))::bigint, is_called) FROM %I.%I',
              format('%I.%I', :'schema', new.relname), new.seqmax, new.seqmin, new.seqincrement, new.seqcache, new.bound,
              new.seqincrement, :'away_schema', old.relname) AS statement
  FROM mapped
  JOIN sequence AS old ON old.relation = :live_oid AND old.column = mapped.source
  JOIN sequence AS new ON new.relation = :standby_oid AND new.column = mapped.target AND new.deptype = 'i';
