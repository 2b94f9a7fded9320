-- Bytes that standby and the change log take on the disk. Lock: ACCESS SHARE on them.
SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::bigint AS bytes
  FROM (VALUES (:'standby'), (:'log'), (:'dirty'), (:'applied'), (:'kept')) AS ours(name);
