#!/usr/bin/env bash
# A table that was vacuumed while it was empty, and that keeps its pages (vacuum_truncate = off, or rows that
# came in while it was vacuumed), is taken for empty by the planner however many rows are in it afterwards, until
# the next ANALYZE or VACUUM: the number of rows is the number of pages times the density that VACUUM has left in
# pg_class, and that is 0.  The same table never vacuumed is estimated by its pages and its width.  Queues and
# change logs are such tables: a join against one becomes a nested loop.
#
# PostgreSQL 15.20, 18.4.  Guessed before the run: tens of thousands of rows, since the number of pages is
# looked at when a statement is planned.  Seen: 1 row where 50,000 are.
. "$(dirname "$0")/lib/server.sh"
server_from_npm 18.4.0-beta.17

output=$(run "CREATE TABLE emptied (k int) WITH (vacuum_truncate = off);

CREATE TABLE never (k int);

INSERT INTO emptied SELECT generate_series(1, 50000);

INSERT INTO never SELECT generate_series(1, 50000);

DELETE FROM emptied;

VACUUM emptied;

INSERT INTO emptied SELECT generate_series(1, 50000);

CREATE FUNCTION estimated(sql text) RETURNS text LANGUAGE plpgsql AS \$\$ DECLARE line text; BEGIN EXECUTE 'EXPLAIN ' || sql INTO line; RETURN substring(line from 'rows=(.*) width'); END \$\$;

SELECT estimated('SELECT FROM emptied') AS emptied;

SELECT estimated('SELECT FROM never') AS never;

ANALYZE emptied;

SELECT estimated('SELECT FROM emptied') AS analyzed;")
expect 'a table vacuumed while empty: 1 row' '^emptied = "1"$' "$output"
expect 'the same table never vacuumed: tens of thousands' '^never = "[0-9]{5}"$' "$output"
expect 'after ANALYZE: what is there' '^analyzed = "50000"$' "$output"
