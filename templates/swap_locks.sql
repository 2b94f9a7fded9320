-- The other tables and views that a swap must lock, in the order in which it locks them. Lock: none.
SELECT DISTINCT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind IN ('r', 'p') AS lockable
  FROM (
    SELECT conrelid AS oid FROM pg_constraint WHERE contype = 'f' AND confrelid = :live AND conrelid <> :live
    UNION SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = :live AND confrelid <> :live
    UNION SELECT inhparent FROM pg_inherits WHERE inhrelid = :live
  ) AS other
  JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
 ORDER BY c.oid;
