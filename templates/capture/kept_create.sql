-- Makes the table that keeps, within one round of apply, what standby holds in columns that live
-- does not have. Lock: none on live.
CREATE TABLE :kept (:kept_key_definitions, :kept_definitions, PRIMARY KEY (:kept_keys)) WITH (vacuum_truncate = off);
