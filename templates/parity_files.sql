-- Which files the tables of a parity pass lie in: others after it than before its snapshot if one was
-- emptied or rewritten. Lock: none.
SELECT concat_ws(' ', pg_relation_filenode(:'live'), pg_relation_filenode(:'standby')) AS files;
