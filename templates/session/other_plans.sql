-- Keeps the planner, in this transaction, to finding rows by index, or allows it other plans again. Lock: none.
SET LOCAL enable_seqscan = :allowed;
SET LOCAL enable_hashjoin = :allowed;
SET LOCAL enable_mergejoin = :allowed;
