#!/usr/bin/env bash
# Shows pgswap at work, on a machine that needs to have nothing but git and root or sudo:
#
#     scripts/demo.sh
#
# Installs the Debian packages that are missing, builds the program, starts a private PostgreSQL
# server with a small shop in it, and gives the shop's table "orders" a bigint key while pgbench
# writes to it.  The writers keep a mirror of all they write, which the result is compared with.
# Everything but the packages and build/ is gone afterwards, also after Ctrl-C.  Exit code 0: all of
# it went as it should.  DEMO_ROWS (1000000) and DEMO_RATE (200 transactions/s) change the size.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/cluster.sh

rows=${DEMO_ROWS:-1000000}
rate=${DEMO_RATE:-200}
first_id=2146000001 # close to the end of type integer, which is what makes people need this
change="ALTER COLUMN id TYPE bigint, ADD COLUMN region text NOT NULL DEFAULT 'eu', DROP COLUMN legacy"
writers=

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

headline() {
    printf '\n%s== %s%s\n\n' "$bold" "$1" "$plain"
}

# show COMMAND…: what a user would type, and what it prints.
show() {
    local word line='$'
    for word in "$@"; do
        case $word in
            build/pgswap) word=pgswap ;;
            *\'*) word="\"$word\"" ;; # nothing shown here needs more than that
            *[[:space:]]*) word="'$word'" ;;
        esac
        line+=" $word"
    done
    printf '%s%s%s\n' "$bold" "$line" "$plain"
    "$@"
}

fail() {
    printf 'demo: %s\n' "$@" >&2
    exit 1
}

sql() {
    psql -X -q -v ON_ERROR_STOP=1 -P pager=off -d shop -U postgres "$@"
}

# expect VALUE WHAT QUERY
expect() {
    local value
    value=$(sql -At -c "$3")
    [ "$value" = "$1" ] || fail "$2: $value, expected $1"
}

remove_all() {
    [ -z "$writers" ] || kill "$writers" 2>/dev/null || true
    cluster_remove
}

# --- the shop -------------------------------------------------------------------------------

# The owner of the table is no superuser, and the application may do no more than it needs.  Without
# pg_read_all_stats the server hides from pgswap what the application's sessions do; any of them could
# then be one that still needs the old snapshot, and the swap would wait for a moment without them.
make_shop() {
    psql -X -q -d postgres -c 'CREATE DATABASE shop' -c 'CREATE ROLE shop LOGIN' \
        -c 'CREATE ROLE app LOGIN' -c 'CREATE ROLE reporting'
    sql -v rows="$rows" -v first="$first_id" <<'SQL'
GRANT CREATE ON DATABASE shop TO shop;
GRANT pg_read_all_stats TO shop;
GRANT CREATE ON SCHEMA public TO shop;
SET ROLE shop;
CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer integer NOT NULL,
    total numeric(10,2) NOT NULL CHECK (total >= 0),
    status text NOT NULL DEFAULT 'new',
    legacy text,
    placed timestamptz NOT NULL DEFAULT now()
);
INSERT INTO orders (id, customer, total, status, legacy, placed)
SELECT :first + n, n % 50000, (n % 100000)::numeric / 100, 'shipped', 'code ' || n,
       now() - n * interval '1 second'
  FROM generate_series(0, :rows - 1) AS n;
SELECT setval('orders_id_seq', :first + :rows) \g /dev/null
CREATE INDEX orders_customer_idx ON orders (customer);
CREATE INDEX orders_placed_idx ON orders (placed DESC);
CREATE INDEX orders_open_idx ON orders (customer, placed) WHERE status <> 'shipped';
COMMENT ON TABLE orders IS 'What customers ordered';
COMMENT ON COLUMN orders.total IS 'in EUR, taxes included';
GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO app;
GRANT SELECT ON orders TO reporting;
GRANT USAGE ON SEQUENCE orders_id_seq TO app;

CREATE TABLE mirror (id bigint PRIMARY KEY, customer integer NOT NULL,
    total numeric(10,2) NOT NULL, status text NOT NULL, placed timestamptz NOT NULL DEFAULT now());
INSERT INTO mirror SELECT id, customer, total, status, placed FROM orders;
GRANT SELECT, INSERT, UPDATE, DELETE ON mirror TO app;
RESET ROLE;
VACUUM ANALYZE orders, mirror;
SQL
}

show_table() {
    show psql -X -P pager=off -d shop -c '\d orders' -c '\dp orders'
}

# --- the application ------------------------------------------------------------------------

# What is written to orders is written to mirror by the same transaction.
write_script() {
    cat >"$cluster_dir/writer.sql" <<SQL
\\set dice random(1, 100)
\\set old random($first_id, $first_id + $rows + 2000)
\\set customer random(1, 50000)
\\set cents random(100, 99999)
BEGIN;
\\if :dice <= 40
INSERT INTO orders (customer, total) VALUES (:customer, :cents / 100.0) RETURNING id AS new \\gset
INSERT INTO mirror (id, customer, total, status) VALUES (:new, :customer, :cents / 100.0, 'new');
\\elif :dice <= 80
UPDATE orders SET total = :cents / 100.0, status = 'changed' WHERE id = :old;
UPDATE mirror SET total = :cents / 100.0, status = 'changed' WHERE id = :old;
\\else
DELETE FROM orders WHERE id = :old;
DELETE FROM mirror WHERE id = :old;
\\endif
COMMIT;
SQL
}

start_writers() {
    write_script
    pgbench -n -c 4 -j 1 -T 86400 -P 1 --rate="$rate" -f "$cluster_dir/writer.sql" -U app \
        --log --log-prefix="$cluster_dir/writers" shop >"$cluster_dir/pgbench.out" 2>&1 &
    writers=$!
}

stop_writers() {
    local status=0
    pgbench_stop "$writers" || status=$?
    writers=
    if [ "$status" -ne 0 ] || grep -q 'ERROR\|aborted' "$cluster_dir/pgbench.out"; then
        cat "$cluster_dir/pgbench.out" >&2
        fail 'the writers ran into an error'
    fi
}

# writers_between FROM TO WHAT: what the log says of that time.  A latency counts from the moment
# that the transaction was due, so a stall shows in full.
writers_between() {
    awk -v from="$1" -v to="$2" -v what="$3" '
        { at = $5 + $6 / 1e6 }
        at >= from && at < to { count++; sum += $3; if ($3 > max) max = $3 }
        END {
            if (count == 0) exit 1
            printf "  %-26s %5.1f s  %6d transactions  %6.1f/s  latency %6.1f ms, longest %6.1f ms\n",
                what, to - from, count, count / (to - from), sum / count / 1000, max / 1000
        }' "$cluster_dir"/writers.* || fail "the writers did nothing: $3"
}

# --- the proof ------------------------------------------------------------------------------

check_data() {
    sql -c "SELECT 'orders' AS \"table\", count(*), sum(id) AS sum_of_ids, sum(total) AS sum_of_totals,
                   count(*) FILTER (WHERE status = 'changed') AS changed, max(id) FROM orders
             UNION ALL
            SELECT 'mirror', count(*), sum(id), sum(total),
                   count(*) FILTER (WHERE status = 'changed'), max(id) FROM mirror"
    expect 0 'rows that differ' 'SELECT count(*) FROM orders o FULL JOIN mirror m USING (id)
        WHERE (o.customer, o.total, o.status, o.placed) IS DISTINCT FROM
              (m.customer, m.total, m.status, m.placed)'
    expect 0 'rows with a wrong region' "SELECT count(*) FROM orders WHERE region <> 'eu'"
    expect t 'ids beyond integer' 'SELECT max(id) > 2147483647 FROM orders'
    echo 'Compared row by row: no difference.'
}

check_leftovers() {
    expect 0 'schemas left' "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pgswap\\__%'"
    expect 0 'triggers left' 'SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal'
    expect t 'grants lost' "SELECT has_table_privilege('reporting', 'orders', 'SELECT')"
    expect 4 'indexes' "SELECT count(*) FROM pg_index WHERE indrelid = 'orders'::regclass"
}

# --- the story ------------------------------------------------------------------------------

began=$SECONDS
trap remove_all EXIT
trap 'echo; exit 130' INT
trap 'exit 143' TERM

headline 'Packages and build'
echo 'Installs the Debian packages that are missing, and builds; this may take a minute.'
if ! packages=$(scripts/setup.sh build 2>&1); then
    fail "$packages"
fi
make -s -j"$(nproc)" >/dev/null
echo "$(build/pgswap --version) is built ($((SECONDS - began)) s)."

headline "A private server, and a table that runs out of ids"
cluster_create 'shared_buffers = 256MB' 'max_wal_size = 2GB'
cluster_start
make_shop
export PGUSER=shop
show_table
echo "$rows rows; $((2147483647 - first_id - rows)) ids are left, then every INSERT fails."

headline "The application writes: 4 clients, $rate transactions/s, into orders and into a mirror"
start_writers
started=$EPOCHREALTIME
sleep 4
tail -n 3 "$cluster_dir/pgbench.out"

headline 'What it would take'
show build/pgswap plan -d shop public.orders --alter "$change"

headline 'The migration'
run_began=$EPOCHREALTIME
show build/pgswap run -d shop public.orders --alter "$change"
run_ended=$EPOCHREALTIME
kill -0 "$writers" 2>/dev/null || fail "the writers died: $(cat "$cluster_dir/pgbench.out")"

headline 'The table now; nobody was told, nothing was restarted'
show_table
show build/pgswap status -d shop public.orders

headline 'On to the last integer, and past it'
sql -c "SELECT setval('orders_id_seq', 2147483640)"
sleep 4
stopped=$EPOCHREALTIME
stop_writers
writers_between "$started" "$run_began" 'before'
writers_between "$run_began" "$run_ended" 'while pgswap ran'
writers_between "$run_ended" "$stopped" 'afterwards'

headline 'Is everything there?'
check_data

headline 'The old table can go'
show build/pgswap finish -d shop public.orders
check_leftovers

printf '\n%sAll went well%s, in %d s; the server and its data are removed now.\n' \
    "$bold" "$plain" $((SECONDS - began))
