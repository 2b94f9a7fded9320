-- Makes a set of what capture writes to and what is made of it: the change log, the keys that are written to both tables;
-- the compacted form of the log, the keys that are applied and not looked at again yet, and those that are
-- being applied beside it. Ordinary logged tables without a sequence, the log without an index; vacuum must never truncate
-- it, for that would lock writers out. Lock: SHARE UPDATE EXCLUSIVE on what the log is read through.
CREATE TABLE :log_set () INHERITS (:log) WITH (vacuum_truncate = off);
ALTER TABLE :log_set REPLICA IDENTITY FULL;
CREATE TABLE :written_set () INHERITS (:written) WITH (vacuum_truncate = off);
ALTER TABLE :written_set REPLICA IDENTITY FULL;
CREATE TABLE :dirty (:key_definitions, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
CREATE TABLE :applied (:key_definitions, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
CREATE TABLE :held (:key_definitions, present boolean NOT NULL DEFAULT false, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
