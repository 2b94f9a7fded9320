-- What hangs on columns that the change drops or renames, or on views that a changed type makes us
-- build again, and cannot follow: of each kind its section [refusals_change]. Lock: none.
WITH RECURSIVE mapped(source, source_type, target, target_type) AS (VALUES :mapped),
touched AS (
    SELECT a.attnum, a.attname, CASE WHEN m.target IS NULL THEN 'drops' ELSE 'renames' END AS verb
      FROM pg_attribute a LEFT JOIN mapped m ON m.source = a.attname
     WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND m.target IS DISTINCT FROM a.attname),
self AS (
    SELECT c.oid, c.reltype, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type FROM pg_class c WHERE c.oid = :oid),
:part_views,
-- what uses such a column, and what is said of it
user_of_column AS (
    SELECT d.classid, d.objid, regexp_replace(pg_describe_object(d.classid, d.objid, d.objsubid), '^rule "?_RETURN"? on ', '') AS what,
           format('it uses column %I, which the change %s', t.attname, t.verb) AS why,
           'Drop it before and create it again afterwards, or leave the column as it is.' AS remedy
      FROM touched t
      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = :oid AND d.refobjsubid = t.attnum)
SELECT what, why, remedy FROM (
    SELECT NULL AS what, NULL AS why, NULL AS remedy WHERE false
    :each_refusals_change
) AS r
 ORDER BY 1;
