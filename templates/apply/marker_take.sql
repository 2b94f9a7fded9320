-- Takes the markers of a TRUNCATE out of the change log. Lock: ROW EXCLUSIVE on the log.
-- Parameters: the owner's.
DELETE FROM :log WHERE k1 IS NOT DISTINCT FROM NULL;
