#!/usr/bin/env bash
# Runs TAP tests under prove, with PostgreSQL::Test of the newest server on this machine:
#
#     PGSWAP=build/asan/pgswap scripts/tap.sh tests/t/*.t
#
# PROVE_FLAGS is passed on.  PG_BIN names a directory whose programs are taken first: the server of
# another release, tested with the modules and clients of this one; PG_DUMP names a pg_dump for it.
# PostgreSQL does not run as root, so root hands a copy of the tree (and of that server, if need be) to an
# ordinary user (PGSWAP_TEST_USER, or postgres, or nobody); the logs come back to build/tmp_check if a test fails.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    printf 'tap: %s\n' "$@" >&2
    exit 1
}

# The newest pg_config that has both a server and the test modules beside it.
find_pg_config() {
    local candidate
    for candidate in $(ls -d /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -Vr) \
        $(command -v pg_config); do
        if [ -x "$("$candidate" --bindir)/postgres" ] &&
            [ -d "$(test_directory "$candidate")/perl" ]; then
            echo "$candidate"
            return
        fi
    done
}

test_directory() {
    echo "$(dirname "$("$1" --pgxs)")/../test"
}

pg_config=$(find_pg_config)
[ -n "$pg_config" ] || fail "no PostgreSQL server with its test modules is installed" \
    "hint: run scripts/setup.sh check"
[ -e "${1-}" ] || fail "no such test: ${1-}"

# run_prove TEST…: in the current directory, as the current user.
run_prove() {
    local scratch=$PWD/build/tmp_check
    mkdir -p "$scratch"
    export TESTDIR=$PWD/build TESTDATADIR=$scratch TESTLOGDIR=$scratch/log
    export PG_TEST_PORT_DIR=$scratch/portlock
    export PGSWAP=$PWD/${PGSWAP:-build/asan/pgswap}
    export UBSAN_OPTIONS=print_stacktrace=1
    prove -I "$modules/perl" -I tests/lib -j3 --timer ${PROVE_FLAGS-} "$@"
}

modules=$(test_directory "$pg_config")
export modules PATH="$("$pg_config" --bindir):$PATH"
if [ -n "${PG_BIN-}" ]; then
    [ -x "$PG_BIN/postgres" ] || fail "no server in PG_BIN=$PG_BIN"
    PG_BIN=$(realpath "$PG_BIN")
    export PG_BIN
fi
export PG_REGRESS=$modules/regress/pg_regress
export PGPORT=65432

rm -rf build/tmp_check
if [ "$(id -u)" -ne 0 ]; then
    run_prove "$@"
    exit
fi

# A TMPDIR of root's own may be closed to that user.
export TMPDIR=/tmp
user=${PGSWAP_TEST_USER:-$(id -un postgres 2>/dev/null || echo nobody)}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar -cf - --exclude=./.git --exclude=./build/obj --exclude=./build/asan/obj \
    --exclude=./build/asan/tests --exclude=./build/servers . | tar -xf - -C "$copy"
if [ -n "${PG_BIN-}" ] && ! runuser -u "$user" -- test -x "$PG_BIN/postgres"; then
    cp -a "$(dirname "$PG_BIN")" "$copy/build/server"
    PG_BIN=$copy/build/server/$(basename "$PG_BIN")
fi
chown -R "$user" "$copy"

export HOME=$copy
export -f run_prove
status=0
(cd "$copy" && runuser -u "$user" -- bash -c 'set -eu; run_prove "$@"' tap "$@") || status=$?
if [ "$status" -ne 0 ] && [ -d "$copy/build/tmp_check/log" ]; then
    mkdir -p build/tmp_check
    cp -R "$copy/build/tmp_check/log" build/tmp_check/log
    echo "tap: logs are in build/tmp_check/log" >&2
fi
exit "$status"
