-- The sets of a change log: how large they are on the disk. Lock: none.
SELECT substring(c.relname FROM '\d+$')::integer AS number, sum(pg_relation_size(c.oid))::bigint AS bytes
  FROM pg_class c
 WHERE c.relnamespace = :'state'::regnamespace AND c.relkind = 'r'
   AND c.relname ~ ('^(log|dirty|applied|written|held)_' || :migration || '_' || :pair || '_' || :'live_colour' || '_\d+$')
 GROUP BY 1
 ORDER BY 1;
