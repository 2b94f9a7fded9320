-- Sequences that live's columns own (serial): how each looks after the swap, and the statements that
-- release it before live moves out and attach it to the new live. A sequence that had the type of
-- its column follows the column's type; on the way back it has the type it had before. Those of columns that
-- standby does not have stay with live: a dropped column takes its sequences along, and the way back brings them.
-- Lock: none.
WITH mapped(source, source_type, target, target_type) AS (VALUES :mapped),
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
            FROM jsonb_array_elements(:'before'::jsonb) AS l
           WHERE l->>'name' = format('sequence %I', c.relname)) AS was ON true
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = :live_oid AND d.deptype = 'a'),
limits(type, low, high) AS (
    VALUES ('smallint', -32768::bigint, 32767::bigint), ('integer', -2147483648, 2147483647),
           ('bigint', -9223372036854775808, 9223372036854775807)),
after AS (
    SELECT owned.*,
           CASE WHEN seqmin = was.low THEN "is".low ELSE seqmin END AS minimum,
           CASE WHEN seqmax = was.high THEN "is".high ELSE seqmax END AS maximum
      FROM owned
      JOIN limits AS was ON was.type = format_type(seqtypid, NULL)
      JOIN limits AS "is" ON "is".type = owned.type)
SELECT format('sequence %I', relname) AS name,
       target IS NULL AS stays,
       format('owned by column %s; persistence %s; type %s; start %s; increment %s; minimum %s; maximum %s; cache %s; cycle %s; owner %s; grants %s; comment %s',
              quote_ident(target), relpersistence, type, seqstart, seqincrement, minimum, maximum, seqcache, seqcycle,
              pg_get_userbyid(relowner), coalesce(relacl, acldefault('s', relowner)),
              obj_description(oid, 'pg_class')) AS definition,
       format('ALTER SEQUENCE %I.%I OWNED BY NONE', nspname, relname) AS release,
       CASE WHEN target IS NOT NULL THEN
           -- a value that the narrower type cannot hold becomes its last one
           CASE WHEN maximum < seqmax
                THEN format('DO %L; ', format('BEGIN IF (SELECT last_value OPERATOR(pg_catalog.>) %s FROM %I.%I) THEN ALTER SEQUENCE %I.%I RESTART WITH %s; END IF; END',
                                             maximum, nspname, relname, nspname, relname, maximum)) ELSE '' END
           || format('ALTER SEQUENCE %I.%I %s OWNED BY %s.%I', nspname, relname,
                     CASE WHEN type <> format_type(seqtypid, NULL)
                          THEN format('AS %s MINVALUE %s MAXVALUE %s', type, minimum, maximum) ELSE '' END,
                     :'live', target) END AS attach
  FROM after
 ORDER BY attnum, oid;
