-- Our role; and whether it may become another (owner), whose rights it does not have without that; option: as the
-- server takes it from PGOPTIONS. Lock: none.
SELECT quote_ident(current_user) AS role, pg_has_role(:'owner', 
                   CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'pg_auth_members'::regclass AND attname = 'set_option')
                        THEN 'SET' ELSE 'MEMBER' END) AS may_be,
       regexp_replace(:'owner', '([\\ ])', '\\\1', 'g') AS option;
