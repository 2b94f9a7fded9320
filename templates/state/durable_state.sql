-- Whether a commit of this role, by its own settings, waits for a standby server. Lock: none.
SELECT current_setting('synchronous_standby_names') <> '' AND reset_val NOT IN ('off', 'local') AS waits
  FROM pg_settings WHERE name = 'synchronous_commit';
