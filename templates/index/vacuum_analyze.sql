-- Gives standby its visibility map and statistics before it goes live. Lock: SHARE UPDATE EXCLUSIVE
-- on standby.
-- Parameters: the owner's.
VACUUM (ANALYZE) :standby;
