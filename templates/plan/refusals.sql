-- Everything about a table that is not carried over: what was found, why it matters, what the user
-- can do; of each kind its section [refusals], the rows of least n first. Lock: none.
WITH RECURSIVE self AS (
    SELECT c.*, n.nspname, (SELECT typarray FROM pg_type WHERE oid = c.reltype) AS array_type
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid),
:part_views,
view AS (SELECT oid FROM height),
become(privilege) AS (
    SELECT CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'pg_auth_members'::regclass AND attname = 'set_option')
                THEN 'SET' ELSE 'MEMBER' END)
SELECT what, why, remedy FROM (
    SELECT 0 AS n,
           format('it is %s',
                  CASE c.relkind WHEN 'p' THEN 'a partitioned table' WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view'
                                 WHEN 'f' THEN 'a foreign table' WHEN 'S' THEN 'a sequence' ELSE 'not a table' END) AS what,
           'only ordinary tables can be migrated' AS why,
           CASE c.relkind WHEN 'p' THEN 'Migrate its partitions one by one.' ELSE 'Name the table itself.' END AS remedy
      FROM self c WHERE c.relkind <> 'r'
    UNION ALL
    SELECT 1, format('%s is a temporary table', c.oid::regclass), 'other sessions cannot see it', 'A plain ALTER TABLE is enough.'
      FROM self c WHERE c.relpersistence = 't'
    UNION ALL
    SELECT 1, format('%s is a system catalog', c.oid::regclass), 'its OID is known to the server', 'System catalogs cannot be migrated.'
      FROM self c WHERE c.oid < 16384 OR c.nspname IN ('pg_catalog', 'information_schema') OR c.nspname ~ '^pgswap(_[0-9]+)?$'
    UNION ALL
    SELECT 1, format('role %I is not owner of the table', current_user), 'only its owner may alter it',
           CASE WHEN pg_has_role(c.relowner, become.privilege) THEN format('Run pgswap as that role (PGOPTIONS=''-c role=%1$s''): role %2$I is a member of %1$I without INHERIT.', pg_get_userbyid(c.relowner), current_user)
                ELSE format('GRANT %I TO %I;', pg_get_userbyid(c.relowner), current_user) END
      FROM self c, become WHERE c.relkind = 'r' AND NOT pg_has_role(c.relowner, 'USAGE')
    UNION ALL
    SELECT 1, format('role %I may not become role %I', current_user, pg_get_userbyid(c.relowner)), 'what is made belongs to the owner of the table',
           format('GRANT %I TO %I WITH SET TRUE;', pg_get_userbyid(c.relowner), current_user)
      FROM self c, become WHERE c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE') AND NOT pg_has_role(c.relowner, become.privilege)
    UNION ALL
    SELECT 1, format('role %I may not create schemas', current_user), 'the new table is built in a schema of its own',
           format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user)
     WHERE NOT has_database_privilege(current_database(), 'CREATE')
    UNION ALL
    SELECT 1, format('role %I may not create tables in schema %I', current_user, c.nspname), 'the swap moves the new table there',
           format('GRANT CREATE ON SCHEMA %I TO %I;', c.nspname, current_user)
      FROM self c WHERE NOT has_schema_privilege(c.relnamespace, 'CREATE')
    UNION ALL
    SELECT 1, format('role %I may not use tablespace %I', current_user, t.spcname), 'the new table or one of its indexes is created there',
           format('GRANT CREATE ON TABLESPACE %I TO %I;', t.spcname, current_user)
      FROM pg_tablespace t
     WHERE t.oid IN (SELECT c.reltablespace FROM self c
                     UNION SELECT k.reltablespace FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid WHERE i.indrelid = :oid)
       AND NOT has_tablespace_privilege(t.oid, 'CREATE')
    UNION ALL
    SELECT 1, 'the database''s encoding is SQL_ASCII', 'text in it may be in any encoding', 'Use a database with a real encoding.'
     WHERE current_setting('server_encoding') = 'SQL_ASCII'
    UNION ALL
    SELECT 6, format('role %I lacks the %s privilege on %s', current_user, p, c.oid::regclass), 'the new table has the same privileges, and pgswap writes to it',
           format('GRANT %s ON %s TO %I;', p, c.oid::regclass, current_user)
      FROM self c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p WHERE c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE') AND NOT has_table_privilege(c.oid, p)
    UNION ALL
    -- all else that hangs on the table, its columns or its row type
    SELECT DISTINCT 20, pg_describe_object(classid, objid, objsubid), 'it would keep using the old table', 'Drop it before and create it again afterwards.'
      FROM (:part_unclaimed) AS unclaimed
    :each_refusals
) AS r
 WHERE n = 0 OR NOT EXISTS (SELECT FROM self WHERE relkind <> 'r') -- what it is says all
 ORDER BY n, what;
