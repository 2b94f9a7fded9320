#!/usr/bin/env bash
# Installs the Debian packages that are missing, and says nothing if none is.
#
#     scripts/setup.sh build    what building and the demo need
#     scripts/setup.sh check    that, and what the checks need
set -euo pipefail

build_packages='build-essential pkg-config libpq-dev libuv1-dev libxxhash-dev libjansson-dev perl'
check_packages='libcmocka-dev libipc-run-perl libdbd-pg-perl python3-jsonschema pgbouncer clang-format cppcheck openssl git mandoc'

mode=${1-}
if [ "$mode" != build ] && [ "$mode" != check ]; then
    echo "usage: scripts/setup.sh build|check" >&2
    exit 1
fi

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Major version of the newest server here, or of the one that this release of Debian comes with.
server_major() {
    local newest
    newest=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -V | tail -n 1)
    if [ -n "$newest" ]; then
        cut -d / -f 5 <<<"$newest"
    else
        apt-cache depends postgresql 2>/dev/null |
            sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1
    fi
}

# npm fetches servers of other releases; it comes with some packages of Node.js that are not Debian's.
npm_package() {
    command -v npm >/dev/null || echo npm
}

wanted_packages() {
    local major
    major=$(server_major)
    [ -n "$major" ] || return 1
    echo "$build_packages postgresql-$major"
    [ "$mode" = build ] || echo "$check_packages postgresql-server-dev-$major $(npm_package)"
}

missing_packages() {
    local package wanted
    wanted=$(wanted_packages) || return 1
    for package in $wanted; do
        is_installed "$package" || echo "$package"
    done
}

# Installs packages.  A server package that is new here would create a cluster and start it, and
# PgBouncer its service; we need the programs only, so that is switched off for as long as this
# takes, beside the configuration that is there.  A policy-rc.d that is there decides by itself.
install_packages() {
    local switch=/etc/postgresql-common/createcluster.d/pgswap-setup.conf policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || policy=
    trap "$as_root rm -f $switch $policy; $as_root rmdir --ignore-fail-on-non-empty ${switch%/*}" EXIT
    $as_root mkdir -p "${switch%/*}"
    echo 'create_main_cluster = false' | $as_root tee "$switch" >/dev/null
    if [ -n "$policy" ]; then
        printf '%s\n' '#!/bin/sh' 'case $1 in pgbouncer*) exit 101 ;; esac' | $as_root tee "$policy" >/dev/null
        $as_root chmod +x "$policy"
    fi
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 \
        install -y --no-install-recommends "$@"
    case " $* " in *' pgbouncer '*) $as_root update-rc.d pgbouncer disable ;; esac
}

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    fail "this is not Debian; install the equivalents of: $build_packages postgresql" \
        "and for the checks: $check_packages postgresql-server-dev npm"

# Nothing missing: the common case, without a look at the package lists.
if missing=$(missing_packages) && [ -z "$missing" ]; then
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        missing=${missing:-$build_packages $check_packages postgresql postgresql-server-dev-all $(npm_package)}
        fail "packages are missing; as root, run:" \
            "  apt-get install --no-install-recommends $(echo $missing)"
    fi
    as_root='sudo -n'
fi

$as_root apt-get -qq -o DPkg::Lock::Timeout=600 update
missing=$(missing_packages) || fail "apt-cache knows no package named postgresql"
install_packages $missing
missing=$(missing_packages)
[ -z "$missing" ] || fail "still missing after installation: $(echo $missing)"
