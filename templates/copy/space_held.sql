-- Bytes that standby and the change log take on the disk. Lock: ACCESS SHARE on them for a moment.
SELECT coalesce(sum(pg_total_relation_size(heap.oid)), 0)::bigint AS bytes
  FROM (VALUES (:'standby'), (:'log'), (:'dirty'), (:'applied'), (:'written'), (:'held'), (:'kept')) AS ours(name)
 CROSS JOIN LATERAL (SELECT to_regclass(name)::oid) AS relation(oid)
:part_heaps;
