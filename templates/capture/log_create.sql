-- Makes the change log, its compacted form, and the keys that are applied and not looked at again yet. Ordinary
-- logged tables without a sequence, the log without an index; vacuum must never truncate it, for that would
-- lock writers out. Lock: none on live.
CREATE TABLE :log (:key_definitions) WITH (vacuum_truncate = off);
ALTER TABLE :log REPLICA IDENTITY FULL;
CREATE TABLE :dirty (:key_definitions, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
CREATE TABLE :applied (:key_definitions, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
