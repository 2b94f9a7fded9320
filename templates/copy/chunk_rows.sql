-- Rows of a chunk just recorded. Lock: ACCESS SHARE on our state.
-- Parameters: the owner's.
SELECT rows FROM :state.chunk
 WHERE migration OPERATOR(pg_catalog.=) :migration AND pair OPERATOR(pg_catalog.=) :pair
   AND heap OPERATOR(pg_catalog.=) :heap_oid AND first_block OPERATOR(pg_catalog.=) :first_block;
