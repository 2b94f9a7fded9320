-- Lets one session at a time make the state schema. Lock: an advisory one, for the transaction.
SELECT pg_advisory_xact_lock(7473724, 0);
