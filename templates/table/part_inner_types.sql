-- The types that the values of a type consist of: of an array, a domain, a range, a row. The second half of a
-- recursive part(oid) in other templates (:part_inner_types). Lock: none.
SELECT next.oid
  FROM part
  JOIN pg_type p ON p.oid = part.oid
 CROSS JOIN LATERAL (
    SELECT p.typelem WHERE p.typelem <> 0
    UNION ALL SELECT p.typbasetype WHERE p.typbasetype <> 0
    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = p.oid OR r.rngmultitypid = p.oid
    UNION ALL SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = p.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS next(oid)
