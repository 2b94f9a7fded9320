#!/usr/bin/env bash
# A DELETE of three parents whose foreign key has ON DELETE CASCADE deletes the children by three statements of the
# server's own, yet a statement-level trigger of the children fires once, with the rows of all three in its
# transition table.  A row-level trigger that deletes the children by the very same three statements makes it fire
# three times.  Whoever counts statements, or takes the first row of a transition table for the only one, sees the
# difference when a trigger is replaced by a foreign key.
#
# PostgreSQL 15.20, 18.4.  Guessed before the run: three times in both cases.  Seen: once, and three times.
. "$(dirname "$0")/lib/server.sh"
server_from_npm 18.4.0-beta.17

output=$(run "CREATE TABLE fired (by text, rows bigint);

CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN INSERT INTO fired SELECT TG_TABLE_NAME, count(*) FROM gone; RETURN NULL; END \$\$;

CREATE TABLE parent (id int PRIMARY KEY);

CREATE TABLE by_key (id int REFERENCES parent ON DELETE CASCADE);

CREATE TABLE by_trigger (id int);

CREATE FUNCTION cascade() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN DELETE FROM by_trigger WHERE id = OLD.id; RETURN NULL; END \$\$;

CREATE TRIGGER cascade AFTER DELETE ON parent FOR EACH ROW EXECUTE FUNCTION cascade();

CREATE TRIGGER note AFTER DELETE ON by_key REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note();

CREATE TRIGGER note AFTER DELETE ON by_trigger REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note();

INSERT INTO parent SELECT generate_series(1, 3);

INSERT INTO by_key SELECT id FROM parent;

INSERT INTO by_trigger SELECT id FROM parent;

DELETE FROM parent;

SELECT string_agg(by || ' ' || rows, ', ' ORDER BY by) AS fired FROM fired;")
expect 'once for the key, three times for the trigger' '^fired = "by_key 3, by_trigger 1, by_trigger 1, by_trigger 1"$' "$output"
