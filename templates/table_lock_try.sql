-- Makes sure that only one pgswap works on a table. Lock: an advisory one, for the session.
SELECT pg_try_advisory_lock(7473725, hashtext(:'schema' || '.' || :'table')) AS locked;
