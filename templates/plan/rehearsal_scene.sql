-- Generates the scene that what hangs on a table is tried in before anything is begun: beside green, which is
-- in schema, a schema for each other one that holds something of it, with empty tables like those that have a
-- foreign key, a rule or a policy to be tried: of each kind its section [scene]. printed and read are the search_paths to print texts with, and
-- to read them back with: a name that is printed without its schema means what stands on the scene, if
-- anything does, and else what it meant. path: the search_path of the owner. Lock: ACCESS SHARE on the
-- tables that are copied.
WITH RECURSIVE self AS (SELECT c.oid, c.relnamespace, c.reltype, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type FROM pg_class c WHERE c.oid = :oid),
:part_views,
read_by(oid) AS (SELECT :oid::oid UNION ALL SELECT oid FROM height),
-- the other tables; a table that a key refers to has its unique indexes
extra AS (
    SELECT oid, bool_or(referenced) AS referenced FROM (
        SELECT NULL::oid, NULL::boolean WHERE false
        :each_scene) AS x(oid, referenced)
     WHERE oid NOT IN (SELECT oid FROM read_by) AND has_table_privilege(oid, 'SELECT')
     GROUP BY oid),
place AS (
    SELECT n.oid, n.nspname, n.oid = self.relnamespace AS home,
           CASE WHEN n.oid = self.relnamespace THEN :'schema' ELSE :'schema' || '_' || n.oid END AS there
      FROM self, pg_namespace n
     WHERE n.oid = self.relnamespace
        OR n.oid IN (SELECT relnamespace FROM pg_class WHERE oid IN (SELECT oid FROM read_by UNION ALL SELECT oid FROM extra))),
paths AS (
    SELECT concat_ws(', ', string_agg(quote_ident(nspname), ', ' ORDER BY home DESC, nspname), nullif(:'path', '')) AS printed,
           concat_ws(', ', string_agg(format('%I, %I', there, nspname), ', ' ORDER BY home DESC, nspname), nullif(:'path', '')) AS read
      FROM place)
SELECT statement, printed, read
  FROM paths, (
    SELECT 1, oid, format('CREATE SCHEMA %I', there) FROM place WHERE NOT home
    UNION ALL
    SELECT 2, c.oid, format('CREATE TABLE %I.%I (LIKE %I.%I%s)', p.there, c.relname, p.nspname, c.relname, CASE WHEN x.referenced THEN ' INCLUDING INDEXES' ELSE '' END)
      FROM extra x JOIN pg_class c USING (oid) JOIN place p ON p.oid = c.relnamespace
    UNION ALL
    SELECT 3, 0, NULL) AS s(step, n, statement)
 ORDER BY step, n;
