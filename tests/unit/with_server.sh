#!/bin/bash
# Runs a command with a PostgreSQL server of its own, made for it and removed afterwards.
#
#     tests/unit/with_server.sh build/asan/tests/test_pg
#
# The server listens on a Unix socket in a private directory and on a free port of 127.0.0.1, with
# TLS (a self-signed certificate).  The command finds in its environment:
#   PGSWAP_TEST_CONNINFO  how to connect over the Unix socket, as a superuser
#   PGSWAP_TEST_DATADIR   the data directory (postmaster.pid, server.log beside it)
# As root the server runs as nobody, since PostgreSQL refuses to run as root.  PG_BIN names the
# directory of the server's programs if pg_config does not.
set -eu

bin=${PG_BIN:-$(pg_config --bindir)}
base=$(mktemp -d "${TMPDIR:-/tmp}/pgswap-test.XXXXXX")
data=$base/data

as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd "$base" && runuser -u nobody -- "$@")
    else
        "$@"
    fi
}

stop_server() {
    if [ -e "$data/postmaster.pid" ]; then
        as_server "$bin/pg_ctl" -D "$data" -m immediate -w stop >/dev/null || true
    fi
    rm -rf "$base"
}
trap stop_server EXIT

make_certificate() {
    openssl req -new -x509 -days 2 -nodes -subj /CN=127.0.0.1 -newkey rsa:2048 \
        -keyout "$base/server.key" -out "$base/server.crt" 2>/dev/null
    chmod 600 "$base/server.key"
}

# A port that was free a moment ago; starting is tried again with another one if it was taken.
start_server() {
    local try
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        if as_server "$bin/pg_ctl" -D "$data" -w -l "$base/server.log" -o "-p $port" start >/dev/null
        then
            return 0
        fi
    done
    cat "$base/server.log" >&2
    return 1
}

make_certificate
if [ "$(id -u)" -eq 0 ]; then
    chown -R nobody "$base"
fi
as_server "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$base'
ssl = on
ssl_cert_file = '$base/server.crt'
ssl_key_file = '$base/server.key'
fsync = off
max_connections = 40
shared_buffers = 32MB
CONF
start_server

export PGSWAP_TEST_CONNINFO="host=$base port=$port user=postgres dbname=postgres"
export PGSWAP_TEST_DATADIR=$data
"$@"
