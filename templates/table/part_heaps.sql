-- The heaps of a table, which is one itself unless it is partitioned: heap(oid), of a row relation(oid) that stands
-- before it, for other templates (:part_heaps). Lock: none.
CROSS JOIN LATERAL (
    WITH RECURSIVE part(oid, relkind) AS (
        SELECT c.oid, c.relkind FROM pg_class c WHERE c.oid = relation.oid
        UNION ALL
        SELECT c.oid, c.relkind
          FROM part
          JOIN pg_inherits i ON i.inhparent = part.oid
          JOIN pg_class c ON c.oid = i.inhrelid
         WHERE part.relkind = 'p')
    SELECT part.oid FROM part WHERE part.relkind <> 'p') AS heap
