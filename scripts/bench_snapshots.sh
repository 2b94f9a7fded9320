#!/usr/bin/env bash
# Measures what old snapshots notice, with the defaults ("dual": both tables are written before the swap) and, with
# --dual-write=off, what each mode of --old-snapshots leaves: how many REPEATABLE READ transactions that touch the table for
# the first time after a swap see something else than they would have seen without it; prints a table in
# Markdown:
#
#     make bench-snapshots
#     BENCH_SWAPS=20 scripts/bench_snapshots.sh wait
#
# Writers change a table and its mirror, the same rows in one transaction, while the table is swapped and
# reverted in turn.  Transactions begin with a statement on something else, of up to BENCH_FIRST (50)
# ms, by which they have their snapshot; then they compare the table with the mirror, which is never
# swapped: within one snapshot both must be equal.  The role may see what others are at
# (pg_read_all_stats).  BENCH_SWAPS (60 a mode, of which half are reverts), BENCH_WRITES (200/s),
# BENCH_SNAPSHOTS (20/s); PGSWAP names the program.  The server is private and is removed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/cluster.sh

pgswap=$(realpath "${PGSWAP:-build/pgswap}")
swaps=${BENCH_SWAPS:-60}
modes=${*:-dual wait strict ignore}

fail() {
    printf 'bench_snapshots: %s\n' "$@" >&2
    exit 1
}

sql() {
    psql -X -q -At -v ON_ERROR_STOP=1 -d postgres "$@"
}

make_tables() {
    sql -c 'CREATE TABLE item (id integer PRIMARY KEY, n integer NOT NULL)' \
        -c 'INSERT INTO item SELECT i, 0 FROM generate_series(1, 2000) AS i' \
        -c 'CREATE TABLE mirror (LIKE item INCLUDING ALL)' -c 'INSERT INTO mirror TABLE item' \
        -c 'CREATE TABLE seen (differ bigint)' -c 'VACUUM ANALYZE'
    cat >"$cluster_dir/writers.sql" <<SQL
\\set id random(1, 2000)
BEGIN;
UPDATE item SET n = n + 1 WHERE id = :id;
UPDATE mirror SET n = n + 1 WHERE id = :id;
COMMIT;
SQL
    cat >"$cluster_dir/snapshots.sql" <<SQL
\\set first random(0, ${BENCH_FIRST:-50})
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_sleep(:first / 1000.0);
INSERT INTO seen SELECT count(*) FROM item FULL JOIN mirror USING (id) WHERE item.n IS DISTINCT FROM mirror.n;
COMMIT;
SQL
}

# Exit code 6 is no error here: the mode did not find its moment.
swap_once() {
    local command=revert result=0
    [ "$(sql -c 'SELECT phase FROM pgswap.migration')" = swapped ] || command=swap
    local -a options=()
    [ "$1" = dual ] || options=(--dual-write=off --old-snapshots="$1")
    "$pgswap" "$command" -q -d postgres public.item ${options[@]+"${options[@]}"} --swap-deadline=20s \
        --retry-pause=200ms >"$cluster_dir/pgswap.out" 2>&1 || result=$?
    case $result in
        0) swapped=$((swapped + 1)) ;;
        6) ;;
        *) fail "pgswap $command failed:" "$(cat "$cluster_dir/pgswap.out")" ;;
    esac
}

run_mode() {
    local i began swapped=0
    sql -c 'TRUNCATE seen'
    began=$(sql -c "SELECT coalesce(max(at), '-infinity') FROM pgswap.event")
    clients_start postgres writers -c 4 --rate="${BENCH_WRITES:-200}"
    clients_start postgres snapshots -c 8 --rate="${BENCH_SNAPSHOTS:-20}"
    for ((i = 1; i <= swaps; i++)); do
        sleep 0.5
        swap_once "$1"
    done
    clients_stop
    sql -F ' | ' -c "
        SELECT '| $1', '$swapped of $swaps', count(*),
               sum((detail->>'rows_drained')::int) FILTER (WHERE detail->>'outcome' = 'swapped'),
               (SELECT count(*) FROM seen), (SELECT count(*) FROM seen WHERE differ > 0),
               (SELECT coalesce(max(differ), 0) FROM seen) || ' |'
          FROM pgswap.event WHERE kind = 'swap attempt' AND at > '$began'" >>"$cluster_dir/table"
}

trap clients_and_cluster_remove EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for mode in $modes; do
    case $mode in
        dual | ignore | wait | strict) ;;
        *) fail "no such mode: $mode" ;;
    esac
done
cluster_create 'shared_buffers = 256MB' 'max_wal_size = 4GB'
cluster_start
make_tables
"$pgswap" run -q -d postgres public.item --alter 'ALTER COLUMN n TYPE bigint' --until=ready >/dev/null
echo "$(postgres --version), $(nproc) cores; ${BENCH_WRITES:-200} writes/s," \
    "${BENCH_SNAPSHOTS:-20} REPEATABLE READ transactions/s"
for mode in $modes; do
    echo "  $mode" >&2
    run_mode "$mode"
done
echo
echo '| mode | swaps and reverts | attempts | keys drained | transactions | … that saw a difference | rows, at most |'
echo '|---|---:|---:|---:|---:|---:|---:|'
cat "$cluster_dir/table"
