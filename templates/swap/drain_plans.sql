-- Keeps the planner, in this transaction, to finding rows by index, or lets it go again. Lock: none.
SET LOCAL enable_seqscan = :others;
SET LOCAL enable_hashjoin = :others;
SET LOCAL enable_mergejoin = :others;
