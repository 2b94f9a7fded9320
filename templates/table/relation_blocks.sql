-- Size of a table in blocks. Lock: ACCESS SHARE.
SELECT pg_relation_size(:'dirty'::regclass) / current_setting('block_size')::bigint AS blocks;
