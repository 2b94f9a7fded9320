-- Generates what moves the things that hang on the table oid over to the one that takes its name. stage: lock (of the
-- table and of everything that the others change; with what it locks), before the exchange (taken off the
-- table), after it (put on the new one, by the text read now, since the names are the same), settle and
-- validate (after the commit; settle before another swap, too). tower says how views that are not replaced in place
-- come to it: made in the exchange, or moved in it from schema there, where they were built ahead; then those are
-- given that build them (ahead) and let materialized views be populated (fill). Names are printed as they are read
-- back under the search_path (path: the owner's, or for ahead that of matviews.sql), which is in force from here
-- on. away: the schema that the table goes to. earlier: how the other table was described when it was live, or NULL.
-- Of each kind its sections [lock], the relations, and [moves], the statements with stage, step and order within
-- the step; [with]: what they read. Lock: ACCESS SHARE on the table and the views over it, whose texts are printed.
WITH RECURSIVE self AS (
    SELECT c.oid, c.relowner, c.reltype, c.relname, n.nspname, c.relrowsecurity, c.relforcerowsecurity,
           format('%I.%I', n.nspname, c.relname) AS name,
           (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid),
mapped(source, source_type, target, target_type) AS (VALUES :mapped),
:part_views,
-- the order of the steps in each stage; table: what stands on the table itself, readers: what reads it elsewhere
schedule(stage, steps) AS (VALUES
    ('lock', ARRAY['table', 'other tables', 'views', 'sequences']),
    ('before', ARRAY['sequences', 'table', 'views', 'row type', 'foreign keys', 'parent', 'left']),
    ('after', ARRAY['sequences', 'parent', 'left', 'names aside', 'names', 'row type', 'defaults', 'table', 'views', 'readers', 'foreign keys',
                    'rest', 'old views', 'compiled']),
    ('settle', ARRAY['parts', 'wholes']), ('validate', ARRAY['foreign keys', 'views']), ('ahead', ARRAY['views']), ('fill', ARRAY['views'])),
:each_with
locked(oid) AS (
    SELECT :oid::oid
    :each_lock),
item(stage, step, n, statement) AS (
    -- LOCK TABLE knows no sequence, locks with a view the tables beneath it, and wants more than ownership: there
    -- a change of owner that changes nothing takes the lock. What is not ours (the other end of a
    -- partitioned parent's foreign key) is left to the exchange.
    SELECT 'lock', CASE WHEN k.oid = :oid THEN 'table' WHEN k.relkind IN ('v', 'm') THEN 'views' WHEN k.relkind = 'S' THEN 'sequences' ELSE 'other tables' END,
           k.oid::bigint,
           CASE WHEN k.relkind IN ('r', 'p') AND has_table_privilege(k.oid, 'UPDATE, DELETE, TRUNCATE')
                THEN format('LOCK TABLE ONLY %I.%I IN ACCESS EXCLUSIVE MODE', n.nspname, k.relname)
                ELSE format('ALTER %s %I.%I OWNER TO %I', CASE k.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE ONLY' END,
                            n.nspname, k.relname, pg_get_userbyid(k.relowner)) END
      FROM locked JOIN pg_class k USING (oid) JOIN pg_namespace n ON n.oid = k.relnamespace
     WHERE pg_has_role(k.relowner, 'USAGE')
    :each_moves)
SELECT stage, statement, n AS relation, CASE stage WHEN 'lock' THEN (SELECT format('%I.%I', s.nspname, k.relname) FROM pg_class k JOIN pg_namespace s ON s.oid = k.relnamespace WHERE k.oid = n::oid) END AS name
  FROM item LEFT JOIN schedule USING (stage)
 WHERE (SELECT set_config('search_path', :'path', true)) IS NOT NULL
 ORDER BY stage <> 'before', stage, coalesce(array_position(steps, step), format('no such step: %s, %s', stage, step)::integer), n, statement;
