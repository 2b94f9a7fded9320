-- Gets past autovacuum, which gives way only after deadlock_timeout, without stopping a reader or a
-- writer. Lock: SHARE UPDATE EXCLUSIVE on the table.
SET LOCAL lock_timeout = '3s';
LOCK TABLE ONLY :table IN SHARE UPDATE EXCLUSIVE MODE;
