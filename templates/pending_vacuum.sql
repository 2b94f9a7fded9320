-- Cleans the change log and its compacted form after a large round. Lock: SHARE UPDATE EXCLUSIVE on
-- our own tables.
VACUUM :table;
