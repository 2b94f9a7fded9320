#!/usr/bin/env bash
# Measures what an old snapshot costs a migration that is held in sync: how long the program's looks at the pending
# keys take, minute by minute, and the swap at the end; prints a table in Markdown:
#
#     BENCH_SECONDS=600 scripts/bench_rotation.sh build/pgswap [OTHER_BUILD/pgswap …]
#
# All programs are measured at the same time, each on a private server of its own, which is removed.  One session keeps a
# snapshot from before the first change until after the swap, and has locked all tables as pg_dump does.  BENCH_KEYS (1500)
# keys are changed each second, in transactions of 15.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/cluster.sh

seconds=${BENCH_SECONDS:-600}
keys=${BENCH_KEYS:-1500}

sql() {
    psql -X -q -At -v ON_ERROR_STOP=1 -d postgres "$@"
}

make_table() {
    sql -c 'CREATE ROLE owner LOGIN' -c 'GRANT CREATE ON DATABASE postgres TO owner' \
        -c 'ALTER ROLE owner SET log_min_duration_statement = 0' \
        -c 'CREATE SCHEMA app AUTHORIZATION owner' -c 'SET ROLE owner' \
        -c 'CREATE TABLE app.item (id integer PRIMARY KEY, n integer NOT NULL)' \
        -c 'INSERT INTO app.item SELECT i, 0 FROM generate_series(1, 100000) AS i'
    cat >"$cluster_dir/writers.sql" <<'SQL'
\set id random(1, 99985)
UPDATE app.item SET n = n + 1 WHERE id BETWEEN :id AND :id + 14;
SQL
    cat >"$cluster_dir/dump.sql" <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM pg_class;
SELECT format('LOCK TABLE %s IN ACCESS SHARE MODE', oid::regclass) FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'pgswap'::regnamespace \gexec
SELECT pg_sleep(86400);
SQL
}

# The program's own looks, as the server has logged them: on average in ms, minute by minute.
looks() {
    grep -F 'AS backlog' -B 1 "$cluster_dir/server.log" | grep -oE '^[0-9-]+ [0-9:]+|duration: [0-9.]+' |
        awk -v begun="$1" '
            /^[0-9-]+ / { split($2, t, ":"); at = t[1] * 3600 + t[2] * 60 + t[3] - begun; if (at < -43200) at += 86400 }
            /^duration/ && at >= 0 { m = int(at / 60); if (m > last) last = m; sum[m] += $2; n[m]++ }
            END { for (m = 0; m <= last; m++) printf "%s%.1f", m ? " " : "", n[m] ? sum[m] / n[m] : 0 }'
}

measure() {
    local program=$1 began begun attempts
    trap clients_and_cluster_remove EXIT
    cluster_create 'shared_buffers = 256MB' 'max_wal_size = 4GB' "log_line_prefix = '%t '" "log_timezone = 'UTC'"
    cluster_start
    make_table
    "$program" run -q -d 'dbname=postgres user=owner' app.item --alter 'ALTER COLUMN n TYPE bigint' --hold \
        --old-snapshots=ignore \
        >"$cluster_dir/run.out" 2>&1 &
    clients+=($!)
    until [ "$(sql -c "SELECT count(*) FROM pgswap.migration WHERE hold" 2>/dev/null)" = 1 ]; do sleep 0.5; done
    psql -X -q -d postgres -f "$cluster_dir/dump.sql" >"$cluster_dir/dump.out" 2>&1 &
    clients+=($!)
    sleep 1
    began=$(date -u +%H:%M:%S)
    begun=$(date -u -d "$began" +%s)
    begun=$((begun % 86400))
    pgbench -n -c 4 -j 1 -T "$((seconds + 60))" --rate=$((keys / 15)) -f "$cluster_dir/writers.sql" postgres \
        >"$cluster_dir/writers.out" 2>&1 &
    clients+=($!)
    sleep "$seconds"
    "$program" swap -q -d 'dbname=postgres user=owner' app.item >"$cluster_dir/swap.out" 2>&1 || true
    attempts=$(sql -F ' | ' -c "SELECT swap->>'attempts', swap->>'lock_held_ms' FROM pgswap.migration")
    printf '| %s | %s | %s | %s |\n' "$program" "$(looks "$begun")" "$attempts" \
        "$(sql -c "SELECT pg_size_pretty(sum(pg_total_relation_size(oid))) FROM pg_class WHERE relkind = 'r' AND relname ~ '_1_1_blue'")"
}

for program; do
    [ -x "$program" ] || cluster_fail "no program $program"
done
echo '| program | a look, ms, by the minute | attempts | lock held, ms | change log |'
echo '|---|---|---|---|---|'
for program; do
    (measure "$(realpath "$program")") &
done
wait
