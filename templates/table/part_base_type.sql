-- The type beneath the domains of a column: base(oid, typmod), of a row a of pg_attribute that stands before it, for
-- other templates (:part_base_type). Lock: none.
CROSS JOIN LATERAL (
    WITH RECURSIVE part(oid, typmod) AS (
        SELECT a.atttypid, a.atttypmod
        UNION ALL
        SELECT d.typbasetype, d.typtypmod FROM part JOIN pg_type d ON d.oid = part.oid WHERE d.typtype = 'd')
    SELECT part.oid, part.typmod FROM part JOIN pg_type d ON d.oid = part.oid WHERE d.typtype <> 'd') AS base
