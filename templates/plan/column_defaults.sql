-- The defaults of a table's columns, or of their domains where they have none of their own, as they are to be
-- read back under the search_path in force. Lock: none.
-- Parameters: the owner's.
SELECT d.adnum AS attnum, pg_catalog.pg_get_expr(d.adbin, CASE WHEN a.attgenerated OPERATOR(pg_catalog.=) '' THEN 0 ELSE d.adrelid END) AS expression
  FROM pg_catalog.pg_attrdef d
  JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) d.adrelid AND a.attnum OPERATOR(pg_catalog.=) d.adnum
 WHERE d.adrelid OPERATOR(pg_catalog.=) :oid
UNION ALL
SELECT a.attnum, pg_catalog.pg_get_expr(t.typdefaultbin, 0)
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid AND t.typdefaultbin IS NOT NULL
 WHERE a.attrelid OPERATOR(pg_catalog.=) :oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.atthasdef;
