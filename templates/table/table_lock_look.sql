-- Whether another session has the lock of table_lock_try. Lock: none.
SELECT EXISTS (
    SELECT FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND l.classid = 7473725 AND l.objid = (:oid)::oid AND l.objsubid = 2) AS locked;
