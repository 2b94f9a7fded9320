-- The defaults of a table's columns, as they are to be read back under the search_path in force.
-- Lock: none.
-- Parameters: the owner's.
SELECT d.adnum AS attnum, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression
  FROM pg_catalog.pg_attrdef d
 WHERE d.adrelid OPERATOR(pg_catalog.=) :oid;
