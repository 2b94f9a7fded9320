-- Forgets what was kept for this round. Lock: ROW EXCLUSIVE on our own table.
DELETE FROM :kept;
