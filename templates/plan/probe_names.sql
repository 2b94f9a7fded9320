-- Generates the renames that give the probe's columns the names that the columns of the same
-- position have in another table at this moment. Lock: on the probe only.
WITH source AS (
    SELECT attname, row_number() OVER (ORDER BY attnum) AS n FROM pg_attribute
     WHERE attrelid = :source AND attnum > 0 AND NOT attisdropped AND NOT :by_attnum
    UNION ALL
    SELECT attname, attnum FROM pg_attribute
     WHERE attrelid = :source AND attnum > 0 AND NOT attisdropped AND :by_attnum),
probe AS (
    SELECT attname, attnum AS n FROM pg_attribute
     WHERE attrelid = :probe AND attnum > 0),
pair AS (
    SELECT n, probe.attname AS present, source.attname AS wanted
      FROM probe LEFT JOIN source USING (n)
     WHERE probe.attname IS DISTINCT FROM source.attname)
SELECT statement FROM (
    SELECT 1, n, format('ALTER TABLE %I.%I RENAME COLUMN %I TO %I', :'schema', :'name', present, 'pgswap_' || n)
      FROM pair
    UNION ALL
    SELECT 2, n, format('ALTER TABLE %I.%I RENAME COLUMN %I TO %I', :'schema', :'name', 'pgswap_' || n, wanted)
      FROM pair WHERE wanted IS NOT NULL) AS s(step, n, statement)
 ORDER BY step, n;
