-- Forgets what was kept for this round. Lock: ROW EXCLUSIVE on our own table.
-- Parameters: the owner's.
DELETE FROM :kept;
