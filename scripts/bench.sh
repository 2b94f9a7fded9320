#!/usr/bin/env bash
# Measures pgswap beside its alternatives, in one run on one machine, so that the ratios mean
# something; prints tables in Markdown:
#
#     make bench
#     BENCH_ROWS=500000 BENCH_RUNS=1 scripts/bench.sh
#
# First the time of int → bigint for the key of a table with four indexes: CREATE TABLE AS and the
# index builds alone (nothing can be faster), a plain ALTER TABLE, pgswap with one and two jobs, and
# pg_repack if it is installed (it copies only, without changing the type).  Then what capture costs:
# the throughput of four pgbench clients on three equal tables; and what it costs to compare again what is
# applied after the comparison.  The methods take turns, and the
# median counts.  BENCH_ROWS (5000000), BENCH_RUNS (3) and BENCH_SECONDS (10, of each turn of the
# writers) change the size; PGSWAP names the program.  The server is private and is removed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/cluster.sh

pgswap=$(realpath "${PGSWAP:-build/pgswap}")
rows=${BENCH_ROWS:-5000000}
runs=${BENCH_RUNS:-3}
seconds=${BENCH_SECONDS:-10}
writer_rows=$((rows < 500000 ? rows : 500000))

methods='floor alter pgswap_1 pgswap_2 repack'
tables='untouched statement row'

sql() {
    psql -X -q -At -v ON_ERROR_STOP=1 -d bench "$@"
}

# What a method leaves is one number a run, in a file a measure: METHOD.MEASURE.
note() {
    echo "$3" >>"$cluster_dir/$1.$2"
}

# median METHOD.MEASURE, or "none"
median() {
    [ -e "$cluster_dir/$1" ] || {
        echo none
        return
    }
    sort -n "$cluster_dir/$1" |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# range METHOD.MEASURE: least and greatest
range() {
    sort -n "$cluster_dir/$1" | awk 'NR == 1 { least = $1 } END { printf "%.1f–%.1f", least, $1 }'
}

# calculate EXPRESSION [FORMAT]; a dash if a part of it is none
calculate() {
    case $1 in
        *none*) echo – ;;
        *) awk "BEGIN { printf \"${2:-%.2f}\", $1 }" ;;
    esac
}

# --- the methods ----------------------------------------------------------------------------

indexes_of() {
    cat <<SQL
CREATE INDEX ${1}_customer_idx ON $1 (customer);
CREATE INDEX ${1}_placed_idx ON $1 (placed);
CREATE INDEX ${1}_status_idx ON $1 (status, customer);
SQL
}

make_template() {
    createdb template_bench
    { cat; indexes_of orders; } <<'SQL' | psql -X -q -v ON_ERROR_STOP=1 -v rows="$rows" template_bench
CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL, total numeric(10,2),
    status text NOT NULL, placed timestamptz NOT NULL, note text);
INSERT INTO orders
SELECT n, hashint4(n) % 100000, (n % 100000)::numeric / 100, 'status ' || n % 7,
       timestamptz '2020-01-01' + n * interval '1 minute', 'note ' || md5(n::text)
  FROM generate_series(1, :rows) AS n;
SQL
    psql -X -q -c 'VACUUM ANALYZE orders' template_bench
}

fresh_database() {
    psql -X -q -d postgres -c 'SET client_min_messages = warning' \
        -c 'DROP DATABASE IF EXISTS bench' -c 'CREATE DATABASE bench TEMPLATE template_bench' -c CHECKPOINT
}

method_floor() {
    { cat; indexes_of copied; } <<'SQL' | sql
CREATE TABLE copied AS SELECT id::bigint AS id, customer, total, status, placed, note FROM orders;
ALTER TABLE copied ADD PRIMARY KEY (id);
SQL
}

method_alter() {
    sql -c 'ALTER TABLE orders ALTER COLUMN id TYPE bigint'
}

# Runs pgswap with these options and notes the peak of its memory (VmHWM, kB) as it grows.
run_pgswap() {
    local method=$1 peak=0 now pid status=0
    shift
    "$pgswap" run -q -d bench public.orders --alter 'ALTER COLUMN id TYPE bigint' "$@" \
        >"$cluster_dir/$method.out" &
    pid=$!
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$pid/status" 2>/dev/null) &&
        [ -n "$now" ]; do
        peak=$now
        sleep 0.05
    done
    wait "$pid" || status=$?
    note "$method" memory "$peak"
    return "$status"
}

note_lock() {
    local status
    status=$("$pgswap" status -d bench public.orders --json)
    note "$1" locked "$(sql -c "SELECT ('$status'::json->'swap'->>'lock_held_seconds')::float8 * 1000")"
}

method_pgswap_1() {
    run_pgswap pgswap_1 --jobs=1
}

method_pgswap_2() {
    run_pgswap pgswap_2 --jobs=2
}

method_repack() {
    pg_repack -d bench -t orders >"$cluster_dir/repack.out" 2>&1
}

measure() {
    local method=$1 began took
    fresh_database
    [ "$method" != repack ] || sql -c 'CREATE EXTENSION pg_repack'
    began=$EPOCHREALTIME
    "method_$method" || {
        cat "$cluster_dir/$method.out" >&2 || true
        cluster_fail "$method failed"
    }
    took=$(calculate "$EPOCHREALTIME - $began" %.3f)
    note "$method" seconds "$took"
    case $method in
        alter) note alter locked "$(calculate "$took * 1000" %.0f)" ;;
        pgswap_*) note_lock "$method" ;;
    esac
    echo "  $method: $took s" >&2
}

title_of() {
    case $1 in
        floor) echo 'CREATE TABLE AS, then the indexes' ;;
        alter) echo 'ALTER TABLE' ;;
        pgswap_*) echo "pgswap run --jobs=${1#pgswap_}" ;;
        repack) echo 'pg_repack (copy only)' ;;
    esac
}

print_methods() {
    local method took
    echo
    echo "| $rows rows, four indexes, key int → bigint | s | min–max | × floor | × ALTER TABLE | table locked, ms | peak RSS, MiB |"
    echo '|---|---:|---:|---:|---:|---:|---:|'
    for method in $methods; do
        took=$(median "$method.seconds")
        echo "| $(title_of "$method") | $(calculate "$took" %.1f) | $(range "$method.seconds")" \
            "| $(calculate "$took / $(median floor.seconds)")" \
            "| $(calculate "$took / $(median alter.seconds)")" \
            "| $(calculate "$(median "$method.locked")" %.0f) | $(calculate "$(median "$method.memory") / 1024" %.1f) |"
    done
}

# --- what capture costs ---------------------------------------------------------------------

# Tables that are ready for the swap keep their capture, with no pgswap at work beside them.
make_captured_tables() {
    local table
    fresh_database
    for table in $tables; do
        sql -c "CREATE TABLE $table (LIKE orders INCLUDING ALL)" \
            -c "INSERT INTO $table SELECT * FROM orders WHERE id <= $writer_rows" \
            -c "VACUUM ANALYZE $table"
    done
    for table in statement row; do
        "$pgswap" run -q -d bench "public.$table" --alter 'ALTER COLUMN id TYPE bigint' \
            --until=ready $([ "$table" != row ] || echo --row-capture) >/dev/null
    done
    sql -c 'CREATE SEQUENCE new_id START 2000000000'
    cat >"$cluster_dir/writer.sql" <<SQL
\\set dice random(1, 4)
\\set old random(1, $writer_rows)
\\if :dice = 1
INSERT INTO :table VALUES (nextval('new_id'), :old, 1, 'new', now(), 'note');
\\elif :dice = 2
DELETE FROM :table WHERE id = :old;
\\else
UPDATE :table SET total = total + 1 WHERE id = :old;
\\endif
SQL
}

# Without a wait for the disk at COMMIT, so that what capture costs the processor shows in full.
measure_writers() {
    local tps out=$cluster_dir/pgbench.out
    sql -c CHECKPOINT
    if ! PGOPTIONS='-c synchronous_commit=off' pgbench -n -c 4 -j 1 -T "$seconds" -D table="$1" \
        -f "$cluster_dir/writer.sql" bench >"$out" 2>&1; then
        cat "$out" >&2
        cluster_fail "the writers of $1 failed"
    fi
    tps=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$out")
    note "$1" tps "$tps"
    echo "  writers, $1: $tps tps" >&2
}

print_writers() {
    local table
    echo
    echo '| 4 pgbench clients, one-row writes | transactions/s | of untouched |'
    echo '|---|---:|---:|'
    for table in $tables; do
        echo "| $(case $table in
            untouched) echo 'no capture' ;;
            statement) echo 'statement-level capture' ;;
            row) echo 'row-level capture (--row-capture)' ;;
        esac) | $(calculate "$(median "$table.tps")" %.0f)" \
            "| $(calculate "100 * $(median "$table.tps") / $(median untouched.tps)" %.0f) % |"
    done
}

# --- what it costs to look at applied keys again ---------------------------------------------

# catch_up ROUND METHOD: writes a tenth of the rows, then times `pgswap verify`, which catches up and compares;
# what the comparison takes alone is taken off.  "believed": applied as before a comparison, when nothing is
# looked at again.
catch_up() {
    local keys=$((writer_rows / 10)) began took alone
    began=$EPOCHREALTIME
    "$pgswap" verify -q -d bench public.statement >/dev/null
    alone=$(calculate "$EPOCHREALTIME - $began" %.3f)
    [ "$2" != believed ] || sql -c "UPDATE pgswap.parity SET state = 'different'"
    sql -c "UPDATE statement SET total = total + 1 WHERE id % 10 = $1 % 10" -c CHECKPOINT
    began=$EPOCHREALTIME
    "$pgswap" verify -q -d bench public.statement --drain-keys=1 >/dev/null
    took=$(calculate "$EPOCHREALTIME - $began - $alone" %.3f)
    note "$2" rate "$(calculate "$keys / $took" %.0f)"
    echo "  catch-up, $2: $keys keys in $took s" >&2
}

print_catch_up() {
    echo
    echo "| catch-up, $((writer_rows / 10)) keys into four indexes | keys/s | of believed |"
    echo '|---|---:|---:|'
    echo "| applied | $(median believed.rate) | 1.00 |"
    echo "| applied and compared again | $(median proven.rate)" \
        "| $(calculate "$(median proven.rate) / $(median believed.rate)") |"
}

# --- all of it ------------------------------------------------------------------------------

trap cluster_remove EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Neither a checkpoint nor autovacuum shall fall on one of the methods by chance.
cluster_create 'shared_buffers = 512MB' 'max_wal_size = 8GB' 'maintenance_work_mem = 256MB' \
    'checkpoint_timeout = 30min' 'autovacuum = off'
cluster_start
if ! command -v pg_repack >/dev/null ||
    [ ! -e "$(pg_config --sharedir)/extension/pg_repack.control" ]; then
    echo 'pg_repack is not installed (Debian: postgresql-NN-repack) and is left out.' >&2
    methods=${methods% repack}
fi
make_template
echo "$(postgres --version), $(nproc) cores," \
    "table $(psql -X -At -c "SELECT pg_size_pretty(pg_table_size('orders'))" template_bench)," \
    "indexes $(psql -X -At -c "SELECT pg_size_pretty(pg_indexes_size('orders'))" template_bench)," \
    "median of $runs runs"
for ((run = 1; run <= runs; run++)); do
    for method in $methods; do
        measure "$method"
    done
done
print_methods
make_captured_tables
for ((run = 1; run <= runs; run++)); do
    for table in $tables; do
        measure_writers "$table"
    done
done
print_writers
"$pgswap" verify -q -d bench public.statement >/dev/null
for ((run = 1; run <= runs; run++)); do
    catch_up "$((2 * run))" believed
    catch_up "$((2 * run + 1))" proven
done
print_catch_up
