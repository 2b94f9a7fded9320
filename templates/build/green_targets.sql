-- Generates what a changed type takes from green's indexes and extended statistics, because PostgreSQL makes them
-- again: the statistics targets, and the owner of the statistics. Lock: on green only.
SELECT format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s', :'schema', gc.relname, a.attnum, a.attstattarget) AS statement
  FROM pg_index b
  JOIN pg_class bc ON bc.oid = b.indexrelid
  JOIN pg_index g ON g.indrelid = :green AND g.indnatts = b.indnatts
  JOIN pg_class gc ON gc.oid = g.indexrelid AND gc.relname = bc.relname
  JOIN pg_attribute a ON a.attrelid = b.indexrelid AND a.attstattarget >= 0
  JOIN pg_attribute ga ON ga.attrelid = g.indexrelid AND ga.attnum = a.attnum AND coalesce(ga.attstattarget, -1) < 0
 WHERE b.indrelid = :blue
UNION ALL
SELECT format('ALTER STATISTICS %I.%I %s', :'schema', g.stxname, x.action)
  FROM pg_statistic_ext b
  JOIN pg_statistic_ext g ON g.stxrelid = :green AND g.stxname = b.stxname,
       LATERAL (SELECT format('SET STATISTICS %s', b.stxstattarget) WHERE b.stxstattarget >= 0 AND coalesce(g.stxstattarget, -1) < 0
                UNION ALL
                SELECT format('OWNER TO %I', pg_get_userbyid(b.stxowner)) WHERE g.stxowner <> b.stxowner) AS x(action)
 WHERE b.stxrelid = :blue;
