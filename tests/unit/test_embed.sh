#!/usr/bin/env bash
# scripts/embed.sh: text with everything that C or awk could spoil comes through unchanged, with each
# awk that this machine has; what cannot be embedded faithfully is refused.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "not ok - $1" >&2
    exit 1
}

mkdir -p "$scratch/templates/folder"
cat >"$scratch/templates/nasty.sql" <<'SQL'
-- Backslashes \ \\ \n \" \0 & \& and "quotes" 'single' %s %d. Lock: none
SELECT E'\\x', '??=', '??/', "a""b", '/* */ // \', $$??'$$, U&"d\0061t"; -- grün Ω

	tab	SELECT :'name', :"name", a::text, '$1' ~ '\m\?';
SQL
printf -- '-- Lock: %s\n' "$(head -c 20000 /dev/zero | tr '\0' x)" >"$scratch/templates/folder/long.sql"

cat >"$scratch/print.c" <<'C'
#include "sql/embedded.h"
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    for (int i = 0; argc > 1 && embedded_templates[i].name != NULL; i++)
        if (strcmp(embedded_templates[i].name, argv[1]) == 0)
            fputs(embedded_templates[i].text, stdout);
    return 0;
}
C

# embed_with AWK: embeds, compiles with trigraphs on, compares.
embed_with() {
    rm -rf "$scratch/bin"
    mkdir "$scratch/bin"
    printf '#!/bin/sh\nexec %s "$@"\n' "$1" >"$scratch/bin/awk"
    chmod +x "$scratch/bin/awk"
    PATH=$scratch/bin:$PATH scripts/embed.sh "$scratch/templates" >"$scratch/templates.c"
    ${CC:-cc} -std=c11 -Wall -Wextra -Werror -trigraphs -Iinclude -o "$scratch/print" \
        "$scratch/print.c" "$scratch/templates.c"
    for name in nasty long; do
        "$scratch/print" "$name" | cmp - "$(find "$scratch/templates" -name "$name.sql")" ||
            fail "$1 spoils $name.sql"
    done
    echo "ok - embedded text equals the file ($1)"
}

for awk in mawk gawk original-awk 'busybox awk'; do
    ! command -v "${awk%% *}" >/dev/null || embed_with "$awk"
done
embed_with "$(command -v awk)"

mkdir "$scratch/empty"
scripts/embed.sh "$scratch/empty" >"$scratch/templates.c"
${CC:-cc} -std=c11 -Wall -Wextra -Werror -Iinclude -o "$scratch/print" \
    "$scratch/print.c" "$scratch/templates.c"
[ -z "$("$scratch/print" nasty)" ] || fail "an empty directory has a template"
echo 'ok - an empty directory can be embedded'

# refuses NAME CONTENT WHY
refuses() {
    mkdir "$scratch/bad"
    printf '%b' "$2" >"$scratch/bad/$1"
    ! scripts/embed.sh "$scratch/bad" >/dev/null 2>"$scratch/stderr" || fail "$1 was taken"
    grep -q "$3" "$scratch/stderr" || fail "$1: $(cat "$scratch/stderr")"
    rm -r "$scratch/bad"
    echo "ok - refused: $3"
}

refuses open.sql '-- Lock: none\nSELECT 1' 'must end with a newline'
refuses empty.sql '' 'must end with a newline'
refuses Name-1.sql 'SELECT 1\n' "made of a-z"
