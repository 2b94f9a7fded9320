-- Generates what is tried on green, in schema, before anything is begun: all that hangs on live and that its
-- new columns may not suit, as the swap would make it again, on the scene of rehearsal_scene.sql. Texts are
-- printed with the search_path that it says (printed), which is in force from here on. keep: what others are
-- made over. Of each kind its section [rehearsal]; a step is a name of the list at the end. Not seen: what reads the table by its name at run time only (PL/pgSQL, SQL functions whose body is a
-- text), and what is printed with its schema because something of the same name comes before it in that
-- search_path: that is tried over live. Lock: ACCESS SHARE on
-- the table and the views over it, whose texts are printed.
WITH RECURSIVE self AS (
    SELECT c.oid, c.relnamespace, c.reltype, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type
      FROM pg_class c WHERE c.oid = :oid),
mapped(source, source_type, target, target_type) AS (VALUES :mapped),
:part_views,
-- where what is called name stands on the scene; shown: its own name means it there
seat AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', t.nspname, c.relname) AS there,
           c.relkind, h.level, pg_table_is_visible(c.oid) AS shown
      FROM self
      JOIN pg_namespace n ON true
      JOIN pg_namespace t ON t.nspname = CASE WHEN n.oid = self.relnamespace THEN :'schema' ELSE :'schema' || '_' || n.oid END
      JOIN pg_class c ON c.relnamespace = n.oid
      LEFT JOIN height h ON h.oid = c.oid
     WHERE c.oid = :oid OR h.oid IS NOT NULL
        OR EXISTS (SELECT FROM pg_class k WHERE k.relnamespace = t.oid AND k.relname = c.relname AND k.relkind = 'r')),
item(step, n, keep, object, statement, remedy) AS (
    SELECT NULL, NULL::bigint, NULL::boolean, NULL, NULL, NULL WHERE false
    :each_rehearsal)
SELECT object, statement, keep,
       coalesce(remedy, 'Alter it so that it suits the old and the new type, for instance by a cast to text; or drop it before, and create it again after the swap.') AS remedy
  FROM item
 WHERE statement IS NOT NULL AND (SELECT set_config('search_path', :'printed', true)) IS NOT NULL
 ORDER BY coalesce(array_position(ARRAY['row type', 'table', 'views', 'rest', 'foreign keys'], step), ('no such step: ' || step)::integer), n, object;
