-- Says how it stands, for status: what is waited for and how many keys are pending (NULL: as before).
-- Lock: ROW EXCLUSIVE on our state.
UPDATE :state.migration
   SET updated_at = now(), waiting_for = :'waiting_for', backlog = coalesce(:backlog, backlog), error = :'error'
 WHERE id = :migration;
