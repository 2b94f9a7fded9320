#!/usr/bin/env bash
# text to varchar is binary coercible: ALTER TABLE … TYPE keeps the file of the table.  All the same it sets the
# column's STORAGE back to the default of the type, and with it what was chosen for the values to come; COMPRESSION is
# set back, too.  n_distinct and the statistics target of the column stay.
#
# PostgreSQL 15.20, 18.4.  Guessed before the run: what does not rewrite the table does not touch storage either.  Seen:
# storage x (extended) where e (external) was, and no compression method where pglz was.
. "$(dirname "$0")/lib/server.sh"
server_from_npm 18.4.0-beta.17

facts="SELECT a.attstorage AS storage, a.attcompression AS compression, a.attstattarget AS target, a.attoptions AS options, pg_relation_filenode('t') = (SELECT file FROM before) AS same_file FROM pg_attribute a WHERE attrelid = 't'::regclass AND attname = 'v';"
output=$(run "CREATE TABLE t (v text);

ALTER TABLE t ALTER v SET STORAGE external, ALTER v SET COMPRESSION pglz, ALTER v SET STATISTICS 44, ALTER v SET (n_distinct = 7);

CREATE TABLE before AS SELECT pg_relation_filenode('t') AS file;

$facts")
expect 'before: external, pglz' 'storage = "e" compression = "p" target = "44" options = ".n_distinct=7." same_file = "t"' "$(tr '\n' ' ' <<<"$output")"
output=$(run "ALTER TABLE t ALTER v TYPE varchar;

$facts")
expect 'after: extended, none; the rest and the file are the same' 'storage = "x" compression = "" target = "44" options = ".n_distinct=7." same_file = "t"' "$(tr '\n' ' ' <<<"$output")"
