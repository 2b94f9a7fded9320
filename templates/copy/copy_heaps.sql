-- The heaps that are to be copied, as they were when the copy began; none if it has not begun, and without a name what
-- is gone. Lock: ACCESS SHARE on our state.
SELECT h.heap AS oid, format('%I.%I', n.nspname, c.relname) AS relation, h.filenode, h.blocks
  FROM :state.heap h
  LEFT JOIN pg_class c ON c.oid = h.heap
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE h.migration = :migration AND h.pair = :pair
 ORDER BY h.heap;
