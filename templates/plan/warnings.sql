-- What the user should know before a migration, although it can be done. Lock: none.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped),
self AS (
    SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = :oid)
SELECT warning FROM (
    SELECT 1, format('after the swap, prepared statements that return %s fail with "cached plan must not change result type" (SQLSTATE 0A000) until they are prepared again: have clients or the pooler reconnect (--hook-after-swap)',
                     coalesce(changed.names, 'all columns'))
      FROM (SELECT CASE count(*) WHEN 1 THEN 'column ' ELSE 'columns ' END || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS names
              FROM pg_attribute a LEFT JOIN mapped m ON m.source = a.attname
             WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped
               AND (m.source IS NULL OR m.source <> m.target OR m.source_type <> m.target_type)) AS changed
     WHERE :shape_changes
    UNION ALL
    SELECT 2, format('role %I cannot see what the sessions of other roles do, so the swap may wait longer than necessary; GRANT pg_read_all_stats TO %I; helps', current_user, current_user)
     WHERE NOT pg_has_role('pg_read_all_stats', 'USAGE')
    UNION ALL
    SELECT 3, format('event trigger %I fires for the statements of the migration', evtname)
      FROM pg_event_trigger WHERE evtenabled <> 'D'
    UNION ALL
    SELECT 4, format('routine %s names the table and belongs to another role: sessions that have run it with a variable of the table''s row type must reconnect', f.oid::regprocedure)
      FROM self, pg_proc f JOIN pg_language l ON l.oid = f.prolang
     WHERE l.lanname = 'plpgsql' AND strpos(lower(f.prosrc), lower(self.relname)) > 0 AND NOT pg_has_role(f.proowner, 'USAGE')
       AND f.pronamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname = 'pg_catalog' OR nspname ~ '^pgswap(_[0-9]+)?$')
    UNION ALL
    SELECT 5, format('index %I is invalid and is not carried over', c.relname)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = :oid AND NOT i.indisvalid
    UNION ALL
    SELECT 6, format('publication %I publishes the whole schema: subscribers keep replicating it by name and need the new columns', t.pubname)
      FROM self JOIN pg_publication_tables t ON t.schemaname = self.nspname AND t.tablename = self.relname
      JOIN pg_publication p ON p.pubname = t.pubname
     WHERE NOT p.puballtables AND NOT EXISTS (SELECT FROM pg_publication_rel pr WHERE pr.prpubid = p.oid AND pr.prrelid = self.oid)
    UNION ALL
    SELECT 7, format('the identity sequence of column %I is replaced: sessions lose its currval, and prepared statements that call nextval on it by name must be prepared again', a.attname)
      FROM pg_attribute a WHERE a.attrelid = :oid AND a.attidentity <> '' AND NOT a.attisdropped
    UNION ALL
    SELECT 8, format('attaching the table to %s again checks every row under the lock: %s', i.inhparent::regclass, x.what)
      FROM self JOIN pg_inherits i ON i.inhrelid = self.oid,
           LATERAL (SELECT 'the parent has foreign keys' WHERE EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = i.inhparent AND k.contype = 'f')
                    UNION ALL
                    SELECT 'the parent has a default partition' FROM pg_partitioned_table p
                     WHERE p.partrelid = i.inhparent AND p.partdefid NOT IN (0, i.inhrelid)) AS x(what)
     WHERE self.relispartition
    UNION ALL
    SELECT 9, format('sequence %s is owned by column %I, which the change drops: it stays with the old table, and "pgswap finish" drops both', s.objid::regclass, a.attname)
      FROM pg_attribute a
      JOIN pg_depend s ON s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.refobjid = a.attrelid
                      AND s.refobjsubid = a.attnum AND s.deptype = 'a'
      JOIN pg_class c ON c.oid = s.objid AND c.relkind = 'S'
     WHERE a.attrelid = :oid AND NOT EXISTS (SELECT FROM mapped m WHERE m.source = a.attname)
    UNION ALL
    -- a text may name a column that it does not mean
    SELECT 10, format('%s of trigger %I on the table may name column %I, which the change %s: make sure that it works with both tables',
                      CASE WHEN args.holds THEN 'an argument' ELSE format('function %s', f.oid::regprocedure) END, t.tgname, a.attname,
                      CASE WHEN m.target IS NULL THEN 'drops' ELSE format('renames to %I', m.target) END)
      FROM pg_attribute a
      LEFT JOIN mapped m ON m.source = a.attname
      JOIN pg_trigger t ON t.tgrelid = a.attrelid AND NOT t.tgisinternal
      JOIN pg_proc f ON f.oid = t.tgfoid
      JOIN pg_namespace fn ON fn.oid = f.pronamespace
      JOIN pg_language l ON l.oid = f.prolang
     CROSS JOIN LATERAL (SELECT '\m' || regexp_replace(a.attname, '(\W)', '\\\1', 'g') || '\M' AS word,
                                '\m' || regexp_replace(encode(convert_to(a.attname, getdatabaseencoding()), 'escape'), '(\W)', '\\\1', 'g') || '\M' AS bytes) AS pattern
     CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM unnest(string_to_array(encode(t.tgargs, 'escape'), '\000')) AS u(arg) WHERE arg ~* pattern.bytes) AS holds) AS args
     WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped AND m.target IS DISTINCT FROM a.attname AND fn.nspname !~ '^pgswap(_[0-9]+)?$'
       AND (args.holds OR l.lanname NOT IN ('c', 'internal') AND f.prosrc ~* pattern.word)
    UNION ALL
    SELECT 11, format('replication slot %I is not in use and retains %s of WAL: all WAL that the migration writes is added to that; --max-slot-retained limits it',
                      slot_name, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)))
      FROM pg_replication_slots WHERE NOT active AND restart_lsn IS NOT NULL AND wal_status <> 'lost'
) AS w(n, warning)
 ORDER BY n, warning;
