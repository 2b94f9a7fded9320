-- Who has read live in a SERIALIZABLE transaction, and may have to be told of a later write: a predicate lock is there
-- for as long as somebody overlaps its holder, who need not have come to the table yet. It is kept by OID, also of an
-- index, and would not be found on the table that takes the name. Lock: none.
SELECT count(*) AS locks,
       coalesce('pid ' || min(l.pid), 'one that has ended, while another that overlaps it has not') AS who
  FROM pg_locks l
 WHERE l.mode = 'SIReadLock'
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND (l.relation IN (:relations)
        OR l.relation IN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid IN (:relations)));
