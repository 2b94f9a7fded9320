-- What changes when rows of live may have changed without capture: its triggers (switched off and on again),
-- its columns (a rewrite by ALTER … USING that leaves the type), by xmin, which neither VACUUM nor ANALYZE
-- changes; and when somebody may have emptied standby: its files. known: it is as it was when both tables were
-- last known to be equal but for the pending keys. Lock: ACCESS SHARE on our state.
SELECT now.marks, now.marks IS NOT DISTINCT FROM p.row_marks AS known
  FROM :state.pair p,
       (SELECT md5(concat_ws(' ',
                   (SELECT string_agg(t.oid || '.' || t.xmin, ',' ORDER BY t.oid) FROM pg_trigger t
                     WHERE t.tgrelid = :live_oid AND NOT t.tgisinternal AND starts_with(t.tgname, :'trigger' || '_')),
                   (SELECT string_agg(a.xmin::text, ',' ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = :live_oid AND a.attnum > 0),
                   (SELECT string_agg(pg_relation_filenode(heap.oid)::text, ',' ORDER BY heap.oid) FROM (VALUES (:standby_oid::oid)) AS relation(oid)
:part_heaps)))
        OFFSET 0) AS now(marks)
 WHERE p.migration = :migration AND p.pair = :pair;
