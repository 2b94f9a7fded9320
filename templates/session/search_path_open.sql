-- Schemas of the search_path that values are computed with, in which somebody may create what is then found
-- before what is meant: others than the table's owner, superusers and the owner of the database. Lock: none.
WITH trusted AS (
    SELECT oid FROM pg_roles WHERE rolsuper
    UNION SELECT relowner FROM pg_class WHERE oid = :table
    UNION SELECT datdba FROM pg_database WHERE datname = current_database()
    UNION SELECT oid FROM pg_roles WHERE rolname = 'pg_database_owner')
SELECT format('%s may create objects in schema %I, which is in the search_path that functions of the table run with: they could be called in place of others; REVOKE CREATE ON SCHEMA %I FROM %s; prevents that',
              s.roles, s.nspname, s.nspname, s.roles) AS warning
  FROM (SELECT n.nspname, min(p.n) AS n,
               string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, ', ') AS roles
          FROM regexp_matches(:'path', '"(?:[^"]|"")*"|[^,\s]+', 'g') WITH ORDINALITY AS p(item, n)
          JOIN pg_namespace n ON quote_ident(n.nspname) = p.item[1],
               aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
         WHERE a.privilege_type = 'CREATE' AND a.grantee NOT IN (SELECT oid FROM trusted)
         GROUP BY n.nspname) AS s
 ORDER BY s.n;
