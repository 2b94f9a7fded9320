#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, made for it and removed afterwards.
#
#     tests/unit/with_server.sh build/asan/tests/test_pg
#
# The server listens on a Unix socket in a private directory and on a free port of 127.0.0.1, with
# TLS (a self-signed certificate).  The command finds in its environment:
#   PGSWAP_TEST_CONNINFO  how to connect over the Unix socket, as a superuser
#   PGSWAP_TEST_DATADIR   the data directory (postmaster.pid, server.log beside it)
# Which server, and which user it runs as: scripts/cluster.sh.
set -euo pipefail
. "$(dirname "$0")/../../scripts/cluster.sh"
trap cluster_remove EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make_certificate() {
    cluster_as_server openssl req -new -x509 -days 2 -nodes -subj /CN=127.0.0.1 -newkey rsa:2048 \
        -keyout "$cluster_data/server.key" -out "$cluster_data/server.crt" 2>/dev/null
    chmod 600 "$cluster_data/server.key"
}

cluster_create "listen_addresses = '127.0.0.1'" 'ssl = on' 'fsync = off' 'max_connections = 40' \
    'shared_buffers = 32MB'
make_certificate
cluster_start

# The server's own address is what the command is given, and nothing from the environment.
export PGSWAP_TEST_CONNINFO="host=$cluster_dir port=$cluster_port user=postgres dbname=postgres"
export PGSWAP_TEST_DATADIR=$cluster_data
unset PGHOST PGPORT PGUSER
"$@"
