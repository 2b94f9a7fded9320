-- Generates the schema of a colour: that of the table's owner, as the table, with room for whoever owns something
-- of it. Lock: none.
SELECT format('CREATE SCHEMA %I AUTHORIZATION %I', :'schema', pg_get_userbyid(relowner)) AS statement
  FROM pg_class WHERE oid = :blue
UNION ALL
SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', :'schema', pg_get_userbyid(role))
  FROM (SELECT stxowner FROM pg_statistic_ext WHERE stxrelid = :blue
        UNION SELECT e.grantor FROM pg_class c, aclexplode(c.relacl) AS e WHERE c.oid = :blue
        UNION SELECT e.grantor FROM pg_attribute a, aclexplode(a.attacl) AS e WHERE a.attrelid = :blue) AS r(role)
 WHERE role <> (SELECT relowner FROM pg_class WHERE oid = :blue);
