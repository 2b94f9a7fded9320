#!/usr/bin/env bash
# ALTER TABLE … ALTER COLUMN … TYPE makes extended statistics and indexes on expressions anew.  Their comments, and
# that an index is the one to CLUSTER on, are carried along, but the statistics targets are not: neither the one of
# ALTER STATISTICS … SET STATISTICS nor the one of ALTER INDEX … ALTER COLUMN … SET STATISTICS, while the target of
# the column itself stays.  LIKE … INCLUDING ALL does the same: the comment is there, the target is not.  The next
# ANALYZE samples with the default, and nothing says so.
#
# PostgreSQL 15.20, 18.4.  Guessed before the run: all targets stay, as all else does.  Seen: they are gone.
. "$(dirname "$0")/lib/server.sh"
server_from_npm 18.4.0-beta.17

facts="SELECT stxname AS statistics, stxstattarget AS target, obj_description(oid, 'pg_statistic_ext') AS comment FROM pg_statistic_ext ORDER BY stxname;

SELECT attrelid::regclass AS relation, attname AS column, attstattarget AS target FROM pg_attribute WHERE attrelid IN ('t'::regclass, 'e'::regclass) AND attnum = 1 ORDER BY 1;"
output=$(run "CREATE TABLE t (a int, b int);

ALTER TABLE t ALTER a SET STATISTICS 44;

CREATE INDEX e ON t ((a + b));

ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 55;

CREATE STATISTICS s ON a, b FROM t;

ALTER STATISTICS s SET STATISTICS 66;

COMMENT ON STATISTICS s IS 'kept';

$facts")
expect 'before: all three targets' 'target = "66".*comment = "kept".*target = "44".*target = "55"' "$(tr '\n' ' ' <<<"$output")"
output=$(run "ALTER TABLE t ALTER a TYPE bigint;

$facts")
expect 'after: the column keeps its target' 'target = "44"' "$output"
expect 'after: the comment of the statistics is there' 'comment = "kept"' "$output"
! grep -qE 'target = "(55|66)"' <<<"$output" || expect 'the other targets are gone' 'none' "$output"
echo 'as seen: the targets of the index and of the statistics are gone'
output=$(run "CREATE TABLE u (LIKE t INCLUDING ALL);

ALTER STATISTICS s SET STATISTICS 66;

CREATE TABLE v (LIKE t INCLUDING ALL);

SELECT count(*) AS copies, count(stxstattarget) FILTER (WHERE stxstattarget >= 0) AS with_target FROM pg_statistic_ext WHERE stxrelid IN ('u'::regclass, 'v'::regclass);")
expect 'LIKE: two copies, none with a target' 'copies = "2" with_target = "0"' "$(tr '\n' ' ' <<<"$output")"
