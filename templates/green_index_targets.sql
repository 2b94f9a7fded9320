-- Generates the statistics targets of green's index columns anew: a changed type has PostgreSQL make
-- the index again without them. Lock: on green only.
SELECT format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', :'schema', gc.relname, a.attnum, a.attstattarget) AS statement
  FROM pg_index b
  JOIN pg_class bc ON bc.oid = b.indexrelid
  JOIN pg_index g ON g.indrelid = :green AND g.indnatts = b.indnatts
  JOIN pg_class gc ON gc.oid = g.indexrelid AND gc.relname = bc.relname
  JOIN pg_attribute a ON a.attrelid = b.indexrelid AND a.attstattarget >= 0
  JOIN pg_attribute ga ON ga.attrelid = g.indexrelid AND ga.attnum = a.attnum AND coalesce(ga.attstattarget, -1) < 0
 WHERE b.indrelid = :blue;
