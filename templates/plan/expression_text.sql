-- The server's own spelling of a probed expression, without the IS NULL that probe_expression puts behind
-- it. Lock: none.
-- Parameters: the owner's.
SELECT pg_catalog.regexp_replace(pg_catalog.pg_get_expr(p.polqual, p.polrelid), '^\((.*) IS NULL\)$', '\1') AS expression
  FROM pg_catalog.pg_policy p
 WHERE p.polrelid OPERATOR(pg_catalog.=) :probe AND p.polname OPERATOR(pg_catalog.=) :'policy';
