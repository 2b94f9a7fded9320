-- Makes the change log, its compacted form, the keys that are applied and not looked at again yet, those that capture
-- has written to both tables, and those that are being applied beside it. Ordinary
-- logged tables without a sequence, the log without an index; vacuum must never truncate it, for that would
-- lock writers out. Lock: none on live.
CREATE TABLE :log (:key_definitions) WITH (vacuum_truncate = off);
ALTER TABLE :log REPLICA IDENTITY FULL;
CREATE TABLE :dirty (:key_definitions, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
CREATE TABLE :applied (:key_definitions, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
CREATE TABLE :written (:key_definitions) WITH (vacuum_truncate = off);
ALTER TABLE :written REPLICA IDENTITY FULL;
CREATE TABLE :held (:key_definitions, present boolean NOT NULL DEFAULT false, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
