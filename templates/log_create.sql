-- Makes the change log and its compacted form. An ordinary logged table without index and without
-- sequence; vacuum must never truncate it, for that would lock writers out. Lock: none on live.
CREATE TABLE :log (:columns) WITH (vacuum_truncate = off);
ALTER TABLE :log REPLICA IDENTITY FULL;
CREATE TABLE :dirty (:columns, PRIMARY KEY (:keys)) WITH (vacuum_truncate = off);
