#!/usr/bin/env bash
# Measures what the application notices of the swap; prints tables in Markdown:
#
#     make bench-swap
#     BENCH_SWAPS=4 scripts/bench_swap.sh quiet reader
#
# pgbench reads and writes at a steady rate while a table with twenty indexes is swapped and
# reverted in turn.  A latency counts from the moment that the transaction was due, so a stall shows
# in full.  Scenarios, all of them if none is named:
#   quiet   nothing else
#   burst   and a client that updates 1000 rows at once, again and again, so that there is much to
#           drain under the lock
#   reader  and a client that reads the table, then is idle in its transaction for 5 s, 2 s apart
#   vacuum  and an autovacuum that is kept at work on the table
#   clients and 30 clients that are in a transaction of 40 ms nearly all the time, and write at its end
#   order   and clients that lock other things before the table, or behind it: 20 that take nextval() of
#           its sequence and insert then, 20 that insert into a table that refers to it
#   wide    a table of 1000 columns, with 400 defaults and 100 checks
#   hub     a table that 348 others refer to; the writers delete nothing
#   retries and four clients whose transactions of 0.8 s read the table and overlap, so that for a minute
#           the lock is not to be had, and nobody is old enough to be waited for; a tenth of the swaps
# BENCH_SWAPS (20, of which half are reverts; each may take 3 min), BENCH_ROWS (100000), BENCH_PAUSE (4,
# seconds of quiet between two swaps; 30 for retries), BENCH_READS (500/s), BENCH_WRITES (200/s); PGSWAP
# names the program.  The server is private and is removed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/cluster.sh

pgswap=$(realpath "${PGSWAP:-build/pgswap}")
swaps=${BENCH_SWAPS:-20}
rows=${BENCH_ROWS:-100000}
pause=${BENCH_PAUSE:-4}
scenarios=${*:-quiet burst reader vacuum clients order wide hub retries}

fail() {
    printf 'bench_swap: %s\n' "$@" >&2
    exit 1
}

sql() {
    psql -X -q -At -v ON_ERROR_STOP=1 -d bench "$@"
}

# --- the table and its users ----------------------------------------------------------------

# Slow enough to be at work nearly all the time.
autovacuum_options() {
    if [ "$1" = vacuum ]; then
        echo 'WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
            autovacuum_vacuum_cost_delay = 20, autovacuum_vacuum_cost_limit = 20)'
    else
        echo 'WITH (autovacuum_enabled = false)'
    fi
}

make_table() {
    local i
    psql -X -q -d postgres -c 'SET client_min_messages = warning' \
        -c 'DROP DATABASE IF EXISTS bench' -c 'CREATE DATABASE bench'
    sql -c "CREATE TABLE orders (id integer PRIMARY KEY, total numeric(12,2) NOT NULL,
                a integer, b integer, c integer, d integer, note text) $(autovacuum_options "$1")" \
        -c "INSERT INTO orders SELECT n, n, n % 10, n % 100, n % 1000, n % 10000, 'note ' || n
              FROM generate_series(1, $rows) AS n"
    for ((i = 1; i <= 19; i++)); do
        sql -c "CREATE INDEX orders_${i}_idx ON orders ((a + $i), b, c) WHERE d % 19 <> $i"
    done
    sql -c "CREATE SEQUENCE new_id START $((rows + 1))"
    [ "$1" != order ] || sql -c "ALTER TABLE orders ALTER id SET DEFAULT nextval('new_id')" \
        -c 'ALTER SEQUENCE new_id OWNED BY orders.id' \
        -c 'INSERT INTO orders SELECT -n, n, 1, 1, 1, 1 FROM generate_series(1, 1000) AS n' \
        -c 'CREATE TABLE parts (order_id integer NOT NULL REFERENCES orders, n integer)'
    [ "$1" != wide ] || make_wide
    [ "$1" != hub ] || make_hub
    sql -c 'VACUUM ANALYZE orders'
}

make_wide() {
    sql -c 'DELETE FROM orders WHERE id > 10000'
    sql <<'SQL'
SELECT format('ALTER TABLE orders %s', string_agg(format('ADD COLUMN c%s integer%s', n, CASE WHEN n <= 400 THEN ' DEFAULT ' || n END), ', '))
  FROM generate_series(1, 993) AS n \gexec
SELECT format('ALTER TABLE orders %s', string_agg(format('ADD CONSTRAINT check_%s CHECK (c%s >= 0 OR c%s IS NULL)', n, n, n + 400), ', '))
  FROM generate_series(1, 100) AS n \gexec
SQL
}

make_hub() {
    sql <<'SQL'
SELECT format('CREATE TABLE part_%s (id integer PRIMARY KEY, order_id integer REFERENCES orders)', n)
  FROM generate_series(1, 348) AS n \gexec
SQL
}

make_scripts() {
    cat >"$cluster_dir/readers.sql" <<SQL
\\set id random(1, $rows)
SELECT * FROM orders WHERE id = :id;
SQL
    cat >"$cluster_dir/writers.sql" <<SQL
\\set dice random(1, 4)
\\set id random(1, $rows)
\\if :dice = 1
INSERT INTO orders VALUES (nextval('new_id'), 1, :dice, :id, :id, :id, 'new');
\\elif :dice = 2
DELETE FROM orders WHERE id = :id;
\\else
UPDATE orders SET total = total + 1, b = :dice WHERE id = :id;
\\endif
SQL
    sed 's/^DELETE .*/SELECT :id;/' "$cluster_dir/writers.sql" >"$cluster_dir/keepers.sql"
    cat >"$cluster_dir/burst.sql" <<SQL
\\set first random(1, $rows - 1000)
UPDATE orders SET total = total + 1 WHERE id BETWEEN :first AND :first + 999;
\\sleep 300 ms
SQL
    cat >"$cluster_dir/clients.sql" <<SQL
\\set id random(1, $rows)
BEGIN;
SELECT * FROM orders WHERE id = :id;
\\sleep 40 ms
UPDATE orders SET total = total + 1 WHERE id = :id;
COMMIT;
SQL
    cat >"$cluster_dir/sequence.sql" <<SQL
BEGIN;
SELECT nextval('new_id') AS id \\gset
INSERT INTO orders VALUES (:id, 1, 1, 1, 1, 1, 'new');
COMMIT;
SQL
    cat >"$cluster_dir/parts.sql" <<SQL
\\set id random(-1000, -1)
INSERT INTO parts VALUES (:id, 1);
SQL
    cat >"$cluster_dir/reader.sql" <<SQL
BEGIN;
SELECT * FROM orders WHERE id = 1;
\\sleep 5 s
COMMIT;
\\sleep 2 s
SQL
    cat >"$cluster_dir/retries.sql" <<SQL
BEGIN;
SELECT * FROM orders WHERE id = 1;
\\sleep 800 ms
COMMIT;
SQL
}

# Each client begins a little after the one before.
busy_minute() {
    local i minute=()
    for i in 1 2 3 4; do
        pgbench -n -T 60 -f "$cluster_dir/retries.sql" bench >/dev/null 2>&1 &
        minute+=($!)
        sleep 0.2
    done
    wait "${minute[@]}"
}

# --- one scenario ---------------------------------------------------------------------------

# Swaps or reverts, notes when that ran and what it took.  The seconds of the swap last from one second
# before the first attempt for the lock ended until one second after the swap; or to the end, if
# pgswap gave up (exit code 6 after the deadline; the next turn tries again).
swap_once() {
    local command=revert result=0 began ended status hold=1s
    case $scenario in wide | hub) hold=5s ;; esac
    [ "$(sql -c 'SELECT phase FROM pgswap.migration')" = swapped ] || command=swap
    [ "$scenario" != vacuum ] || sql -c "SELECT count(*) FROM pg_stat_progress_vacuum
        WHERE relid = 'orders'::regclass" >>"$cluster_dir/vacuums"
    if [ "$scenario" = retries ]; then
        busy_minute &
        sleep 2
    fi
    began=$EPOCHREALTIME
    "$pgswap" "$command" -q -d bench public.orders --swap-deadline=3min --max-lock-hold=$hold \
        >"$cluster_dir/pgswap.out" 2>&1 || result=$?
    ended=$EPOCHREALTIME
    case $result in
        0) ;;
        6) echo "$command" >>"$cluster_dir/gave_up" ;;
        *) fail "pgswap $command failed:" "$(cat "$cluster_dir/pgswap.out")" ;;
    esac
    status=$("$pgswap" status -d bench public.orders --json)
    echo "$began $ended" >>"$cluster_dir/commands"
    sql -F ' ' -c "
        SELECT extract(epoch FROM least(swapped_at, (SELECT min(at) FROM pgswap.event
                   WHERE kind = 'swap attempt' AND at >= to_timestamp($began)))) - 1,
               extract(epoch FROM swapped_at) + 1
          FROM (SELECT CASE $result WHEN 0 THEN ('$status'::json->'swap'->>'swapped_at')::timestamptz
                       ELSE to_timestamp($ended) END AS swapped_at) AS s" >>"$cluster_dir/swaps"
    sql -F ' ' -c "
        SELECT detail->>'lock_wait_ms', detail->>'lock_held_ms', detail->>'rows_drained',
               detail->>'waiters', detail->>'outcome' = 'swapped'
          FROM pgswap.event WHERE kind = 'swap attempt' AND at >= to_timestamp($began)
         ORDER BY at" >>"$cluster_dir/attempts"
}

run_scenario() {
    local i count=$swaps quiet=$pause writers=writers
    scenario=$1
    [ "$scenario" != hub ] || writers=keepers
    if [ "$scenario" = retries ]; then
        count=$(((swaps + 9) / 10))
        quiet=${BENCH_PAUSE:-30}
    fi
    rm -f "$cluster_dir"/{readers,writers}.log* "$cluster_dir"/{commands,swaps,attempts,vacuums,gave_up}
    make_table "$scenario"
    "$pgswap" run -q -d bench public.orders --alter 'ALTER COLUMN id TYPE bigint' >/dev/null
    clients_start bench readers -c 4 --rate="${BENCH_READS:-500}" -l --log-prefix="$cluster_dir/readers.log"
    clients_start bench "$writers" -c 4 --rate="${BENCH_WRITES:-200}" -l --log-prefix="$cluster_dir/writers.log"
    case $scenario in
        burst | reader) clients_start bench "$scenario" -c 1 ;;
        clients) clients_start bench clients -c 30 ;;
        order)
            clients_start bench sequence -c 20 --rate=200
            clients_start bench parts -c 20 --rate=200
            ;;
    esac
    for ((i = 1; i <= count; i++)); do
        sleep "$quiet"
        swap_once
    done
    sleep "$quiet"
    clients_stop
}

# --- figures --------------------------------------------------------------------------------

# Reads numbers; prints median, 99th percentile and maximum.
percentiles() {
    sort -n | awk '
        { v[NR] = $1 }
        function at(share) { return v[int((NR - 1) * share) + 1] }
        END { if (NR == 0) print "– | – | –"
              else printf "%.1f | %.1f | %.1f\n", at(0.5), at(0.99), v[NR] }'
}

# column N [PATTERN]: median and maximum of a column of the attempts, or of those that the pattern picks
column() {
    awk -v n="$1" -v pattern="${2-.}" '$0 ~ pattern { print $n }' "$cluster_dir/attempts" | sort -n |
        awk '{ v[NR] = $1 } END { if (NR == 0) print "–"; else printf "%g / %g", v[int((NR + 1) / 2)], v[NR] }'
}

# latencies readers|writers swap|command|quiet: in ms, of the transactions that were under way in the
# seconds of a swap, else during a command of pgswap, else of all others.
latencies() {
    awk -v wanted="$2" '
        function overlaps(list, count, i) {
            for (i = 1; i <= count; i++)
                if (begun <= until[list, i] && ended >= from[list, i]) return 1
            return 0
        }
        FILENAME ~ /\/swaps$/ { from["s", ++s] = $1; until["s", s] = $2; next }
        FILENAME ~ /\/commands$/ { from["c", ++c] = $1; until["c", c] = $2; next }
        { ended = $5 + $6 / 1e6; begun = ended - $3 / 1e6 }
        { class = overlaps("s", s) ? "swap" : overlaps("c", c) ? "command" : "quiet" }
        class == wanted { print $3 / 1000 }' \
        "$cluster_dir/swaps" "$cluster_dir/commands" "$cluster_dir/$1".log*
}

note_results() {
    local who class title
    touch "$cluster_dir/gave_up"
    echo "| $1 | $(grep -c 't$' "$cluster_dir/attempts") | $(wc -l <"$cluster_dir/gave_up") |" \
        "$(wc -l <"$cluster_dir/attempts") | $(column 1 't$') | $(column 2 't$') | $(column 3 't$') |" \
        "$(column 1 'f$') | $(column 2 'f$') | $(column 4) |" >>"$cluster_dir/swap_table"
    for who in readers writers; do
        for class in quiet command swap; do
            case $class in
                quiet) title='quiet seconds' ;;
                command) title='rest of the command' ;;
                swap) title='seconds of the swap' ;;
            esac
            echo "| $1 | $who | $title | $(latencies "$who" "$class" | percentiles) |" \
                >>"$cluster_dir/latency_table"
        done
    done
    [ "$1" != vacuum ] || awk '{ if ($1 > 0) n++ } END {
        printf "Autovacuum was at work on the table when %d of %d swaps began.\n", n, NR
    }' "$cluster_dir/vacuums" >"$cluster_dir/vacuum_note"
}

print_results() {
    echo
    echo '| median / maximum | swaps | given up | attempts | lock wait, ms | lock held, ms | keys drained' \
        '| failed attempts: wait, ms | … held, ms | sessions that waited |'
    echo '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|'
    cat "$cluster_dir/swap_table"
    echo
    echo '| latency, ms | who | when | p50 | p99 | max |'
    echo '|---|---|---|---:|---:|---:|'
    cat "$cluster_dir/latency_table"
    [ ! -e "$cluster_dir/vacuum_note" ] || printf '\n%s\n' "$(cat "$cluster_dir/vacuum_note")"
}

trap clients_and_cluster_remove EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for scenario in $scenarios; do
    case $scenario in
        quiet | burst | reader | vacuum | clients | order | wide | hub | retries) ;;
        *) fail "no such scenario: $scenario" ;;
    esac
done
cluster_create 'shared_buffers = 256MB' 'max_wal_size = 4GB' 'autovacuum_naptime = 1s'
cluster_start
make_scripts
echo "$(postgres --version), $(nproc) cores; $rows rows, 20 indexes;" \
    "${BENCH_READS:-500} reads/s and ${BENCH_WRITES:-200} writes/s, 4 clients each"
for scenario in $scenarios; do
    echo "  $scenario" >&2
    run_scenario "$scenario"
    note_results "$scenario"
done
print_results
