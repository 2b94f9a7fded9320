#!/usr/bin/env bash
# ALTER TABLE … NO INHERIT makes the inherited columns of a child its own (attislocal), and a later INHERIT does not
# take that back: a DROP COLUMN of the parent then leaves the column in the child.  But that is so only when the last
# parent goes.  Where the child has another parent with the same columns, an empty table made for the purpose, NO
# INHERIT and INHERIT leave the flag as it was, and the DROP COLUMN reaches the child.  So a child can be moved from one
# parent to another without losing what is inherited, if it takes the next parent before it leaves the last one.
#
# PostgreSQL 15.20, 18.4.  Guessed before the run: detaching makes the columns local, whatever other parents there are,
# and no SQL takes it back.  Seen: with another parent they stay inherited.
. "$(dirname "$0")/lib/server.sh"
server_from_npm 18.4.0-beta.17

output=$(run "CREATE TABLE parent (id int, gone int);

CREATE TABLE alone () INHERITS (parent);

CREATE TABLE accompanied () INHERITS (parent);

CREATE TABLE companion (LIKE parent);

ALTER TABLE accompanied INHERIT companion;

ALTER TABLE alone NO INHERIT parent;

ALTER TABLE alone INHERIT parent;

ALTER TABLE accompanied NO INHERIT parent;

ALTER TABLE accompanied INHERIT parent;

ALTER TABLE accompanied NO INHERIT companion;

SELECT string_agg(attrelid::regclass || ' ' || attislocal, ', ' ORDER BY attrelid) AS local FROM pg_attribute WHERE attname = 'gone' AND attrelid IN ('alone'::regclass, 'accompanied'::regclass);

ALTER TABLE parent DROP COLUMN gone;

SELECT string_agg(attrelid::regclass::text, ', ') AS still_there FROM pg_attribute WHERE attname = 'gone' AND attrelid IN ('alone'::regclass, 'accompanied'::regclass);")
expect 'the columns of the one that was alone are its own' '^local = "alone true, accompanied false"$' "$output"
expect 'and are not dropped with the parent'\''s' '^still_there = "alone"$' "$output"
