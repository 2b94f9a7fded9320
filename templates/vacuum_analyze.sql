-- Gives standby its visibility map and statistics before it goes live. Lock: SHARE UPDATE EXCLUSIVE
-- on standby.
VACUUM (ANALYZE) :table;
