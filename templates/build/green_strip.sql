-- Generates what takes indexes, their constraints, foreign keys (and the stand-ins of
-- live's), NOT VALID checks and NOT NULLs off green for the load.
-- Lock: on green only.
SELECT statement FROM (
    -- without a key, rows can be deleted under a publication FOR ALL TABLES only like this
    SELECT 1, c.oid, format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', n.nspname, c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = :standby_oid
    UNION ALL
    SELECT 2, con.oid, format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, c.relname, con.conname)
      FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE con.conrelid = :standby_oid
       AND (con.contype IN ('p', 'u', 'x', 'f') OR (con.contype IN ('c', 'n') AND NOT con.convalidated)
            OR (con.contype = 'c' AND pg_get_constraintdef(con.oid) = 'CHECK (true)'
                AND EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = :live_oid AND f.contype = 'f' AND f.conname = con.conname)))
    UNION ALL
    SELECT 3, i.indexrelid, format('DROP INDEX %I.%I', n.nspname, c.relname)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE i.indrelid = :standby_oid
       AND NOT EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.conrelid = i.indrelid
                          AND con.contype IN ('p', 'u', 'x'))) AS s(step, n, statement)
 ORDER BY step, n;
