-- Generates the schema of a colour: ours, with room for the owner of the table. Lock: none.
SELECT format('CREATE SCHEMA %I', :'schema') AS statement
UNION ALL
SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', :'schema', pg_get_userbyid(relowner))
  FROM pg_class WHERE oid = :blue AND pg_get_userbyid(relowner) <> current_user;
