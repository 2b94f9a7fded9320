-- Statement-level triggers see every write to an ordinary table; those of a partition do not fire for
-- what is written through the parent, and there rows are captured one by one. Lock: none.
SELECT CASE WHEN relispartition OR :row_capture THEN 'row' ELSE 'statement' END AS mode
  FROM pg_class WHERE oid = :live;
