-- Makes what the change log is read through, whatever set capture writes to (set_create): the keys of changed rows, and
-- of those that capture has written to both tables. They stay empty themselves. Lock: none on live.
CREATE TABLE :log (:key_definitions) WITH (vacuum_truncate = off);
ALTER TABLE :log REPLICA IDENTITY FULL;
CREATE TABLE :written (:key_definitions) WITH (vacuum_truncate = off);
ALTER TABLE :written REPLICA IDENTITY FULL;
