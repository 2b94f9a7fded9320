#!/usr/bin/env bash
# PostgreSQL 15.20 (a minor release, of November 2026) writes an option pg_attver=N into pg_attribute.attoptions of
# every column of every new table and view; a type change gives all columns of the table another number, and LIKE gives
# the copy one of its own.  psql and pg_dump do not show it, ALTER TABLE … RESET (pg_attver)
# succeeds and changes nothing.  Whoever compares two tables by attoptions, or copies the options from one to the other,
# finds them different from one minor release to the next.
#
# Debian's 15.20-0+deb12u1, beside 18.4, which is older and has NULL there.  Guessed before the run: NULL, as there are
# no options.  Seen: {pg_attver=N}.
. "$(dirname "$0")/lib/server.sh"
server_from_debian 15.20-0+deb12u1

output=$(run "CREATE TABLE t (a int, b text);

CREATE TABLE u (LIKE t INCLUDING ALL);

CREATE TABLE numbers AS SELECT attrelid::regclass::text AS t, attname, attoptions FROM pg_attribute WHERE attrelid IN ('t'::regclass, 'u'::regclass) AND attnum > 0;

ALTER TABLE t ALTER a TYPE bigint;

ALTER TABLE t ALTER b RESET (pg_attver);

SELECT bool_and(attoptions::text ~ '^.pg_attver=[0-9]+.$') AS have_one, count(DISTINCT attoptions) AS numbers_of_two_tables FROM numbers;

SELECT attoptions::text ~ 'pg_attver' AS still_there, attoptions <> (SELECT attoptions FROM numbers n WHERE n.t = 't' AND n.attname = 'b') AS other_number FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b';")
expect 'every column has the option, each table a number' 'have_one = "t" numbers_of_two_tables = "2"' "$(tr '\n' ' ' <<<"$output")"
expect 'a type change of one column changes the number of the other; RESET does not take it away' 'still_there = "t" other_number = "t"' "$(tr '\n' ' ' <<<"$output")"

rm -rf "${folder:?}"/*
server_from_npm 18.4.0-beta.17
output=$(run "CREATE TABLE t (a int, b text);

SELECT count(attoptions) AS with_options FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0;")
expect 'the older release has no options there' '^with_options = "0"$' "$output"
