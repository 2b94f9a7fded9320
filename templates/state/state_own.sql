-- Generates what gives that which this role has made in the state to the owner of the state, so that all who are
-- members of it can go on, and nothing in it runs with other rights than the owner's. Lock: on our own objects only.
SELECT format('ALTER TABLE %s OWNER TO %I', c.oid::regclass, pg_get_userbyid(n.nspowner)) AS statement
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = :'state' AND c.relkind = 'r' AND c.relowner <> n.nspowner
UNION ALL
SELECT format('ALTER FUNCTION %s OWNER TO %I', p.oid::regprocedure, pg_get_userbyid(n.nspowner))
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = :'state' AND p.proowner <> n.nspowner;
