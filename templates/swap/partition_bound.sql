-- Generates the check that lets standby be attached without a scan under the lock, where live is a
-- partition and standby does not have it yet (on the way back). Lock: on standby only.
SELECT statement FROM (
    SELECT 0, :'parameters' FROM pg_class WHERE oid = :live_oid AND relispartition AND :'parameters' <> ''
    UNION ALL
    SELECT 1, format('ALTER TABLE %s ADD CONSTRAINT pgswap_bound CHECK (%s) NOT VALID', s.oid::regclass, pg_get_partition_constraintdef(l.oid))
      FROM pg_class l, pg_class s
     WHERE l.oid = :live_oid AND pg_get_partition_constraintdef(l.oid) IS NOT NULL AND s.oid = :standby_oid
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = s.oid AND c.conname = 'pgswap_bound')
    UNION ALL
    SELECT 2, format('ALTER TABLE %s VALIDATE CONSTRAINT pgswap_bound', s.oid::regclass)
      FROM pg_class l, pg_class s
     WHERE l.oid = :live_oid AND pg_get_partition_constraintdef(l.oid) IS NOT NULL AND s.oid = :standby_oid
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = s.oid AND c.conname = 'pgswap_bound')) AS x(step, statement)
 WHERE (SELECT set_config('search_path', :'path', true)) IS NOT NULL
 ORDER BY step;
