-- Makes the table that keeps, within one round of apply, what standby holds in columns that live
-- does not have. Lock: none on live.
CREATE TABLE :kept (:columns, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
