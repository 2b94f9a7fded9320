#!/usr/bin/env bash
# A private PostgreSQL server that is made, used and thrown away.  To be sourced by the demo, the
# benchmarks and the tests:
#
#     . scripts/cluster.sh
#     trap cluster_remove EXIT
#     cluster_create 'shared_buffers = 256MB'    # each argument a line of postgresql.conf
#     cluster_start                              # psql and pgswap now connect to it, as postgres
#
# All of it lies in one directory that only its owner can enter, and it listens on a Unix socket
# there and nowhere else, unless a setting says so.  PostgreSQL refuses to run as root: for root the
# server runs as PGSWAP_TEST_USER, or postgres, or nobody.  PG_BIN names the directory of the server's
# programs; else it is the newest one that is installed.
#
#   cluster_bin   directory of the server's programs, first in PATH from then on
#   cluster_dir   the private directory: socket, server.log
#   cluster_data  the data directory in it
#   cluster_port  the port of the socket's name

cluster_fail() {
    printf '%s: %s\n' "$(basename "$0" .sh)" "$1" >&2
    return 1
}

cluster_find_programs() {
    local candidate
    for candidate in ${PG_BIN-} $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) \
        $(pg_config --bindir 2>/dev/null); do
        if [ -x "$candidate/postgres" ]; then
            cluster_bin=$candidate
            return
        fi
    done
    cluster_fail 'no PostgreSQL server is installed; run scripts/setup.sh build'
}

# Runs a command as the user that the server runs as.
cluster_as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u "$cluster_user" -- "$@")
    else
        "$@"
    fi
}

# TMPDIR, unless it is root's own.
cluster_make_directory() {
    local parent=${TMPDIR:-/tmp}
    cluster_as_server test -w "$parent" || parent=/tmp
    cluster_dir=$(cluster_as_server mktemp -d "$parent/pgswap.XXXXXX")
    cluster_data=$cluster_dir/data
}

# What libpq would read from the caller's environment must not lead anywhere else.
cluster_forget_environment() {
    local name
    for name in $(compgen -e PG); do
        case $name in
            PGSWAP | *_*) ;;
            *) unset "$name" ;;
        esac
    done
}

# cluster_create [SETTING…]: made, but not started.
cluster_create() {
    cluster_user=$(id -un)
    if [ "$(id -u)" -eq 0 ]; then
        cluster_user=${PGSWAP_TEST_USER:-$(id -un postgres 2>/dev/null || echo nobody)}
        export -n PGSWAP_TEST_USER # pgswap refuses variables that are none of its options
    fi
    cluster_find_programs || return 1
    export PATH="$cluster_bin:$PATH"
    cluster_forget_environment
    cluster_make_directory || return 1
    cluster_as_server "$cluster_bin/initdb" -D "$cluster_data" -U postgres -A trust -E UTF8 \
        --no-locale --no-sync >"$cluster_dir/initdb.log" 2>&1 || {
        cat "$cluster_dir/initdb.log" >&2
        return 1
    }
    printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$cluster_dir'" "$@" \
        >>"$cluster_data/postgresql.conf"
}

# If the settings have it listen on 127.0.0.1 as well, a port may have been taken just now.
cluster_start() {
    local try
    for try in 1 2 3 4 5; do
        cluster_port=$((20000 + RANDOM % 12000))
        if cluster_as_server "$cluster_bin/pg_ctl" -D "$cluster_data" -w -l "$cluster_dir/server.log" \
            -o "-p $cluster_port" start >/dev/null 2>&1; then
            export PGHOST=$cluster_dir PGPORT=$cluster_port PGUSER=postgres
            return
        fi
    done
    cat "$cluster_dir/server.log" >&2
    return 1
}

# Ends the server (by the pid in its directory), if it runs, and removes all of it; can be called at
# any time.
cluster_remove() {
    [ -n "${cluster_dir-}" ] || return 0
    if [ -s "$cluster_data/postmaster.pid" ]; then
        cluster_as_server "$cluster_bin/pg_ctl" -D "$cluster_data" -m immediate -w stop \
            >/dev/null 2>&1 || true
    fi
    rm -rf "$cluster_dir"
    cluster_dir=
}

# pgbench_stop PID: SIGALRM is how pgbench learns that its time (-T) is up, so it ends its
# transactions and its log as it would by itself.  Returns its exit code.
pgbench_stop() {
    kill -ALRM "$1" 2>/dev/null || true
    wait "$1"
}

clients=() # pids of the pgbench programs that clients_start has begun

# clients_start DATABASE NAME OPTION…: runs NAME.sql of the private directory until clients_stop; what
# pgbench says goes to NAME.out there.
clients_start() {
    local database=$1 name=$2
    shift 2
    pgbench -n -j 1 -T 86400 -f "$cluster_dir/$name.sql" "$@" "$database" \
        >"$cluster_dir/$name.out" 2>&1 &
    clients+=($!)
}

# Returns 1, with what they said, if one of them has failed.
clients_stop() {
    local pid
    for pid in ${clients[@]+"${clients[@]}"}; do
        pgbench_stop "$pid" || {
            tail -n 20 "$cluster_dir"/*.out >&2
            cluster_fail 'a pgbench client failed'
            return 1
        }
    done
    clients=()
}

# Ends them, and the cluster, at any time.
clients_and_cluster_remove() {
    local pid
    for pid in ${clients[@]+"${clients[@]}"}; do
        kill "$pid" 2>/dev/null || true
    done
    cluster_remove
}
