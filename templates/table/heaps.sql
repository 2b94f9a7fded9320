-- The heaps of a relation (its name or its OID) and their sizes. Lock: ACCESS SHARE on them for a moment, for the size.
SELECT heap.oid, format('%I.%I', n.nspname, c.relname) AS relation, pg_relation_filenode(heap.oid) AS filenode,
       pg_relation_size(heap.oid) / current_setting('block_size')::bigint AS blocks
  FROM (VALUES (:'relation'::regclass)) AS relation(oid)
:part_heaps
  JOIN pg_class c ON c.oid = heap.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 ORDER BY heap.oid;
