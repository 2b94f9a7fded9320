-- Which files the tables of a parity pass lie in now: others than at its beginning if one was emptied or
-- rewritten. Lock: none.
SELECT concat_ws(' ', pg_relation_filenode(:'live'), pg_relation_filenode(:'standby')) AS files;
