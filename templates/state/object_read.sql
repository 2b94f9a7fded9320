-- What of one kind is still to be made, in order. A statement that says itself how long it may wait for
-- its lock is gentle: the lock stops nobody. Lock: ACCESS SHARE on our state.
SELECT ordinal, name, statement, statement LIKE 'SET LOCAL lock_timeout %' AS gentle FROM :state.object
 WHERE migration = :migration AND pair = :pair AND kind = :'kind' AND NOT done
 ORDER BY ordinal;
