-- Gives a heap of standby its visibility map and statistics before it goes live. Lock: SHARE UPDATE
-- EXCLUSIVE on it.
-- Parameters: the owner's.
VACUUM (ANALYZE) :heap;
