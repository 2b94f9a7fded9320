-- Ends what earlier runs of this migration left behind: backends of our own role whose client is
-- gone. Lock: none.
SELECT count(pg_terminate_backend(pid)) AS ended
  FROM pg_stat_activity
 WHERE datname = current_database() AND usename = session_user AND pg_has_role(usesysid, 'USAGE') AND pid <> pg_backend_pid()
   AND application_name = 'pgswap worker ' || :'migration';
