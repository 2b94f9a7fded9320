-- Generates the schema of a colour: ours, with room for the owner of the table. Lock: none.
SELECT format('CREATE SCHEMA %I', :'schema') AS statement
UNION ALL
SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', :'schema', pg_get_userbyid(role))
  FROM (SELECT relowner FROM pg_class WHERE oid = :blue
        UNION SELECT stxowner FROM pg_statistic_ext WHERE stxrelid = :blue
        UNION SELECT e.grantor FROM pg_class c, aclexplode(c.relacl) AS e WHERE c.oid = :blue
        UNION SELECT e.grantor FROM pg_attribute a, aclexplode(a.attacl) AS e WHERE a.attrelid = :blue) AS r(role)
 WHERE pg_get_userbyid(role) <> current_user;
