-- Bytes that standby and the change log take on the disk. Lock: ACCESS SHARE on them for a moment.
SELECT coalesce(sum(pg_total_relation_size(heap.oid)), 0)::bigint AS bytes
  FROM (SELECT to_regclass(:'standby')::oid
        UNION ALL
        SELECT c.oid FROM pg_class c
         WHERE c.relnamespace = :'state'::regnamespace AND c.relkind = 'r'
           AND c.relname ~ ('^(log|dirty|applied|written|held|kept)_' || :migration || '_' || :pair || '_' || :'live_colour' || '(_\d+)?$')) AS relation(oid)
:part_heaps;
