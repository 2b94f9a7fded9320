-- Sets a migration's flags from anywhere; NULL leaves one as it is. Who paused it first, when and from where
-- stays with the flag. Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration
   SET paused = coalesce(:paused, paused), hold = coalesce(:hold, hold), updated_at = now(),
       paused_at = CASE WHEN NOT coalesce(:paused, paused) THEN NULL WHEN paused THEN paused_at ELSE now() END,
       paused_by = CASE WHEN NOT coalesce(:paused, paused) THEN NULL WHEN paused THEN paused_by ELSE session_user END,
       paused_from = CASE WHEN NOT coalesce(:paused, paused) THEN NULL WHEN paused THEN paused_from
                          ELSE concat_ws(', ', :'host', host(inet_client_addr()), current_setting('application_name')) END
 WHERE id = :migration;
