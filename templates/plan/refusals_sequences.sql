-- Publications FOR ALL SEQUENCES, if a sequence is to stand in a schema of ours: green's, or one that stays with
-- blue. PostgreSQL 19 and later. Lock: none.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped)
SELECT DISTINCT format('publication %I is FOR ALL SEQUENCES', p.pubname) AS what,
       format('it would publish sequence %I in a schema of pgswap: a subscriber that does not have it fails when it refreshes', c.relname) AS why,
       'Drop the publication before and create it again afterwards, or use --force=publication if no subscriber minds.' AS remedy
  FROM pg_publication p, pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
 WHERE (to_jsonb(p)->>'puballsequences')::boolean
   AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
   AND (d.refobjid = :green
        OR d.refobjid = :oid
           AND (d.deptype = 'i' OR NOT EXISTS (SELECT FROM pg_attribute a JOIN mapped m ON m.source = a.attname
                                                WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)))
 ORDER BY 1, 2;
