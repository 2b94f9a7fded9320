-- Statement-level triggers see every write to an ordinary table; those of a partition, and of a child in
-- inheritance, do not fire for what is written through the parent, and there rows are captured one by one. What a migration
-- began with it keeps, in both directions. Lock: none.
SELECT CASE WHEN :row_capture
              OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid IN (:blue, :green))
              OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                          WHERE n.nspname = :'state' AND p.proname ~ ('^capture_' || :migration || '_[0-9]+_(blue|green)_row$'))
            THEN 'row' ELSE 'statement' END AS mode;
