-- Nobody uses standby but, perhaps, autovacuum, which gives way only after deadlock_timeout: its lock
-- comes before that of live. Lock: ACCESS EXCLUSIVE on standby.
SET LOCAL lock_timeout = '5s';
LOCK TABLE ONLY :table IN ACCESS EXCLUSIVE MODE;
