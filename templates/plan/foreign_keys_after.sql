-- How the foreign keys of live are described after the swap, with the columns' new names; gone are
-- those that the change drops. Lock: none.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped),
:part_foreign_keys
SELECT format('foreign key %I on %s', conname, child_printed) AS name,
       conrelid = :oid AND conname = ANY (ARRAY[:dropped]::text[]) AS stays,
       format('FOREIGN KEY (%s) REFERENCES %s(%s)%s; comment %s', child_after, parent_printed, parent_after,
              replace(substr(definition, 1 + length(format('FOREIGN KEY (%s) REFERENCES %s(%s)', child_columns, parent_printed, parent_columns))), ' NOT VALID', ''),
              comment) AS definition
  FROM fk;
