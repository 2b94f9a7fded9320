-- Cleans a table of ours. Lock: SHARE UPDATE EXCLUSIVE on it.
-- Parameters: the owner's.
VACUUM :table;
