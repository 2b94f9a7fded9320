-- Generates the schema of a colour: that of the table's owner, as the table, with room for whoever owns something
-- of it, and with the grants that a sequence of a new column would get by default in the table's own schema.
-- Lock: none.
SELECT format('CREATE SCHEMA %I AUTHORIZATION %I', :'schema', pg_get_userbyid(relowner)) AS statement
  FROM pg_class WHERE oid = :blue
UNION ALL
SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', :'schema', pg_get_userbyid(role))
  FROM (SELECT stxowner FROM pg_statistic_ext WHERE stxrelid = :blue
        UNION SELECT e.grantor FROM pg_class c, aclexplode(c.relacl) AS e WHERE c.oid = :blue
        UNION SELECT e.grantor FROM pg_attribute a, aclexplode(a.attacl) AS e WHERE a.attrelid = :blue) AS r(role)
 WHERE role <> (SELECT relowner FROM pg_class WHERE oid = :blue)
UNION ALL
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON SEQUENCES TO %s%s', pg_get_userbyid(c.relowner), :'schema', e.privilege_type,
              CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END, CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM pg_class c
  JOIN pg_default_acl d ON d.defaclrole = c.relowner AND d.defaclnamespace = c.relnamespace AND d.defaclobjtype = 'S',
       aclexplode(d.defaclacl) AS e
 WHERE c.oid = :blue;
