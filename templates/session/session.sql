-- Pins every setting that could break us or make us wait without end; parameters_ours comes before.
-- Lock: none.
SELECT set_config('client_encoding',
                  CASE current_setting('server_encoding')
                      WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false);
SET application_name = :'application_name';
SET lock_timeout = :'lock_timeout';
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET default_transaction_isolation = 'read committed';
SET default_transaction_read_only = off;
SET default_transaction_deferrable = off;
SET row_security = off;
SET synchronous_commit = :'synchronous_commit';
SET standard_conforming_strings = on;
SET check_function_bodies = off;
SET client_min_messages = warning;
SET default_tablespace = '';
SET default_table_access_method = 'heap';
SET enable_tidscan = on;
SET jit = off;
SET plan_cache_mode = force_generic_plan;
SELECT set_config('maintenance_work_mem', :'maintenance_work_mem', false) WHERE :'maintenance_work_mem' IS NOT NULL;
SELECT set_config(name, '0', false)
  FROM pg_catalog.pg_settings
 WHERE name IN ('transaction_timeout', 'idle_session_timeout');
SELECT set_config('client_connection_check_interval', '2s', false)
  FROM pg_catalog.pg_settings
 WHERE name = 'client_connection_check_interval' AND :'platform' = 'linux';
-- Where the role may not set it, it stays: no trigger of what we write has work that is not done otherwise.
DO $$
BEGIN
    IF current_setting('session_replication_role') <> 'origin' THEN
        PERFORM set_config('session_replication_role', 'origin', false);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$;
