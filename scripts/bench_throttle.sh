#!/usr/bin/env bash
# Measures what the application notices of a whole migration, with and without back-pressure; prints a table in
# Markdown:
#
#     make bench-throttle
#     BENCH_ROWS=300000 scripts/bench_throttle.sh none active
#
# pgbench reads and writes at a steady rate while a table with five indexes is migrated, from the plan to the swap.
# A latency counts from the moment that the transaction was due, so a stall shows in full.  Before each migration there
# is as long a time without one, which is what "quiet" means.  Ways, all of them if none is named:
#   none    without any limit, two jobs
#   active  --max-active=BENCH_ACTIVE, one job
#   nice    --nice=75, one job
#   both    the two together
# The ways are gone in turn, BENCH_ROUNDS (3) times; figures are the medians of the rounds.
# BENCH_ROWS (1000000), BENCH_QUIET (60, seconds), BENCH_ACTIVE (2), BENCH_READS (300/s), BENCH_WRITES (100/s); PGSWAP names the
# program.  The server is private and is removed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/cluster.sh

pgswap=$(realpath "${PGSWAP:-build/pgswap}")
rows=${BENCH_ROWS:-1000000}
quiet=${BENCH_QUIET:-60}
rounds=${BENCH_ROUNDS:-3}
active=${BENCH_ACTIVE:-2}
ways=${*:-none active nice both}

fail() {
    printf 'bench_throttle: %s\n' "$@" >&2
    exit 1
}

sql() {
    psql -X -q -At -v ON_ERROR_STOP=1 -d bench "$@"
}

make_table() {
    psql -X -q -d postgres -c 'SET client_min_messages = warning' \
        -c 'DROP DATABASE IF EXISTS bench' -c 'CREATE DATABASE bench'
    sql -c "CREATE TABLE orders (id integer PRIMARY KEY, total numeric(12,2) NOT NULL,
                a integer, b integer, c integer, d integer, note text) WITH (autovacuum_enabled = false)" \
        -c "INSERT INTO orders SELECT n, n, n % 10, n % 100, n % 1000, n % 10000, 'note ' || n
              FROM generate_series(1, $rows) AS n" \
        -c 'CREATE INDEX ON orders (a, id)' -c 'CREATE INDEX ON orders (b, id)' -c 'CREATE INDEX ON orders (c)' \
        -c 'CREATE INDEX ON orders (d)' -c 'VACUUM ANALYZE orders' -c CHECKPOINT
}

make_scripts() {
    cat >"$cluster_dir/readers.sql" <<SQL
\\set id random(1, $rows)
SELECT * FROM orders WHERE id = :id;
SQL
    cat >"$cluster_dir/writers.sql" <<SQL
\\set id random(1, $rows)
UPDATE orders SET total = total + 1, b = :id % 7 WHERE id = :id;
SQL
}

options_of() {
    case $1 in
        none) echo --jobs=2 ;;
        active) echo "--jobs=1 --max-active=$active" ;;
        nice) echo '--jobs=1 --nice=75' ;;
        both) echo "--jobs=1 --max-active=$active --nice=75" ;;
    esac
}

run_way() {
    rm -f "$cluster_dir"/{readers,writers}.log* "$cluster_dir/phases"
    make_table
    clients_start bench readers -c 8 --rate="${BENCH_READS:-300}" -l --log-prefix="$cluster_dir/readers.log"
    clients_start bench writers -c 8 --rate="${BENCH_WRITES:-100}" -l --log-prefix="$cluster_dir/writers.log"
    sleep 3
    began_quiet=$EPOCHREALTIME
    sleep "$quiet"
    began=$EPOCHREALTIME
    # shellcheck disable=SC2046
    "$pgswap" run -q -d bench public.orders --alter 'ALTER COLUMN id TYPE bigint' $(options_of "$1") \
        >"$cluster_dir/pgswap.out" 2>&1 || fail "pgswap run failed:" "$(cat "$cluster_dir/pgswap.out")"
    ended=$EPOCHREALTIME
    sleep 1
    clients_stop
}

# latencies readers|writers FROM UNTIL: in ms, of the transactions that ended between
latencies() {
    awk -v from="$2" -v until="$3" '{ at = $5 + $6 / 1e6 } at >= from && at < until { print $3 / 1000 }' \
        "$cluster_dir/$1".log*
}

# Reads numbers; prints median and 99th percentile.
percentiles() {
    sort -n | awk '
        { v[NR] = $1 }
        function at(share) { return v[int((NR - 1) * share) + 1] }
        END { printf "%.2f %.2f\n", at(0.5), at(0.99) }'
}

# way, seconds, seconds waited, who, then p50 and p99 of quiet and migration, and the ratio of the two p99
note_way() {
    local who waited
    waited=$(sql -c "SELECT coalesce(round(sum(value::numeric), 1), 0) FROM pgswap.migration, jsonb_each_text(throttled)")
    for who in readers writers; do
        echo "$1 $(awk "BEGIN { printf \"%.1f\", $ended - $began }") $waited $who" \
            "$(latencies "$who" "$began_quiet" "$began" | percentiles) $(latencies "$who" "$began" "$ended" | percentiles)" |
            awk '{ printf "%s %.2f\n", $0, $8 / $6 }' | tee -a "$cluster_dir/figures" >&2
    done
}

# column N WAY WHO: the median of the rounds
column() {
    awk -v n="$1" -v way="$2" -v who="$3" '$1 == way && $4 == who { print $n }' "$cluster_dir/figures" | sort -n |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

print_results() {
    local way who n
    echo '| way | s | of which it waited | who | quiet: p50, ms | p99 | migration: p50, ms | p99 | p99, times quiet |'
    echo '|---|---:|---:|---|---:|---:|---:|---:|---:|'
    for way in $ways; do
        for who in readers writers; do
            printf '| %s | %s | %s | %s |' "$way" "$(column 2 "$way" "$who")" "$(column 3 "$way" "$who")" "$who"
            for n in 5 6 7 8 9; do
                printf ' %s |' "$(column "$n" "$way" "$who")"
            done
            echo
        done
    done
}

trap clients_and_cluster_remove EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for way in $ways; do
    [ -n "$(options_of "$way")" ] || fail "no such way: $way"
done
cluster_create 'shared_buffers = 512MB' 'max_wal_size = 8GB' 'checkpoint_timeout = 1h'
cluster_start
make_scripts
echo "$(postgres --version), $(nproc) cores; $rows rows, 5 indexes;" \
    "${BENCH_READS:-300} reads/s and ${BENCH_WRITES:-100} writes/s, 8 clients each; load before: $(cut -d' ' -f1-3 /proc/loadavg)"
for ((round = 1; round <= rounds; round++)); do
    for way in $ways; do
        run_way "$way"
        note_way "$way"
    done
done
echo
print_results
