-- Sequences that the table's columns own (serial), each as it is after the swap (owned_after): expressions of a WITH, over
-- mapped, for other templates (:part_owned_sequences). A sequence that had the type of its column follows the column's
-- type; on the way back it has the type it had before (earlier: that description, or NULL). Those of columns that
-- the new table does not have (target) stay with the old one: a dropped column takes its sequences along, and the
-- way back brings them. Lock: none.
owned AS (
    SELECT c.oid, c.relname, c.relpersistence, n.nspname, a.attnum, s.*, m.target, c.relowner, c.relacl,
           CASE WHEN was.type IS NOT NULL THEN was.type
                WHEN m.target IS NOT NULL AND m.source_type = format_type(s.seqtypid, NULL)
                     AND m.target_type IN ('smallint', 'integer', 'bigint')
                THEN m.target_type ELSE format_type(s.seqtypid, NULL) END AS type
      FROM pg_depend d
      JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_sequence s ON s.seqrelid = c.oid
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      LEFT JOIN mapped m ON m.source = a.attname
      LEFT JOIN LATERAL (
          SELECT substring(l->>'definition' FROM '; type ([a-z]+);') AS type
            FROM jsonb_array_elements(:'earlier'::jsonb) AS l
           WHERE l->>'name' = format('sequence %I', c.relname)) AS was ON true
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = :oid AND d.deptype = 'a'),
limits(type, low, high) AS (
    VALUES ('smallint', -32768::bigint, 32767::bigint), ('integer', -2147483648, 2147483647),
           ('bigint', -9223372036854775808, 9223372036854775807)),
owned_after AS (
    SELECT owned.*,
           CASE WHEN seqmin = was.low THEN "is".low ELSE seqmin END AS minimum,
           CASE WHEN seqmax = was.high THEN "is".high ELSE seqmax END AS maximum
      FROM owned
      JOIN limits AS was ON was.type = format_type(seqtypid, NULL)
      JOIN limits AS "is" ON "is".type = owned.type)
