-- The other tables that a swap must lock, in the order in which it locks them, and the sequences, which
-- cannot be locked beforehand. Lock: none.
SELECT DISTINCT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind IN ('r', 'p') AS lockable
  FROM (
    SELECT conrelid AS oid FROM pg_constraint WHERE contype = 'f' AND confrelid = :live AND conrelid <> :live
    UNION SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid = :live AND confrelid <> :live
    UNION SELECT inhparent FROM pg_inherits WHERE inhrelid = :live
    UNION SELECT d.objid FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
           WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = :live AND d.deptype IN ('a', 'i')
  ) AS other
  JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
 ORDER BY c.oid;
