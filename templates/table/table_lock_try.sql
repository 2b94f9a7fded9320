-- Makes sure that only one pgswap works on a table, whatever its name is by now: oid is that of the table
-- when the migration began. Lock: an advisory one, for the session.
SELECT pg_try_advisory_lock(7473725, (:oid)::bigint::bit(32)::integer) AS locked;
