-- Cleans a table of ours. Lock: SHARE UPDATE EXCLUSIVE on it.
VACUUM :table;
