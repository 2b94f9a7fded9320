#!/usr/bin/env bash
# What is made of the rows: the man page, the completion, the tables of the README and of doc/, and what is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "not ok - $1" >&2
    exit 1
}

# same NAME EXPECTED ACTUAL
same() {
    [ "$2" = "$3" ] || fail "$1: $(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3"))"
    echo "ok - $1"
}

# table HEAD [FILE]: the table of the README, or of that file, that begins so.
table() {
    awk -v head="$1" 'index($0, head) == 1 { on = 1 } !/^\|/ { on = 0 } on' "${2-README.md}"
}

same 'README: options (build/document options)' "$("$build/document" options)" "$(table '| option | default | |')"
same 'README: exit codes (build/document codes)' "$("$build/document" codes)" "$(table '| code | meaning | try again? |')"

same 'doc/throttle.md: signals (build/document signals)' "$("$build/document" signals)" "$(table '| signal | option |' doc/throttle.md)"
for option in $("$build/document" signals | grep -oE -- '--[a-z][a-z-]+'); do
    "$build/pgswap" run --help | grep -qE -- "^ +$option=" || fail "signals: run takes no $option"
done
echo 'ok - signals: each option is one of run'

# The man page: no warning, each option of the help, each command.
same 'man page: mandoc has nothing to say' '' "$(mandoc -Tlint "$build/pgswap.1" 2>&1)"
mandoc -Tascii "$build/pgswap.1" | col -b >"$scratch/man"
"$build/pgswap" --help >"$scratch/help"
grep -oE '^ +(-., )?--[a-z-]+' "$scratch/help" | sed 's/^ *//' >"$scratch/options"
[ "$(wc -l <"$scratch/options")" -gt 40 ] || fail "options of --help: $(cat "$scratch/options")"
while IFS= read -r option; do
    grep -qE -- "^ +$option(=| |$)" "$scratch/man" || fail "man page: no $option"
done < <(sed 's/?/[?]/' "$scratch/options")
echo 'ok - man page: the options of --help'
for command in $(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$scratch/help"); do
    grep -qE "^ +$command \[?TABLE" "$scratch/man" || fail "man page: no command $command"
done
SOURCE_DATE_EPOCH=86400 "$build/document" man >"$scratch/pgswap.1"
grep -q '^\.TH PGSWAP 1 "1970-01-02"' "$scratch/pgswap.1" || fail 'man page: the date of SOURCE_DATE_EPOCH'
echo 'ok - man page: commands, date'

# Completion, as bash calls it: the words of the line, broken at "=", the last one under the cursor.
. "$build/pgswap.bash"
complete -p pgswap >"$scratch/complete"
grep -q -- '-F _pgswap pgswap' "$scratch/complete" || fail "complete -p: $(cat "$scratch/complete")"
completes() {
    COMP_WORDS=(pgswap "$@")
    COMP_CWORD=$#
    _pgswap
    [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
}
same 'completion: a command' $'run\nrevert' "$(completes r)"
same 'completion: all commands' "$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$scratch/help")" "$(completes '')"
same 'completion: options without a command' $'--help\n--version' "$(completes --)"
same 'completion: an option' '--lock-timeout=' "$(completes swap --lock)"
same 'completion: none that the command does not take' '' "$(completes pause --lock)"
for command in plan run status verify swap pause continue follow revert finish abort; do
    same "completion: the options of $command" \
        "$("$build/pgswap" "$command" --help | grep -oE '^ +(-., )?--[a-z-]+=?' | sed 's/.*--/--/')" \
        "$(completes "$command" --)"
done
same 'completion: words of an option' $'wait\nstrict\nignore' "$(completes swap --old-snapshots =)"
same 'completion: a word that has begun' 'strict' "$(completes swap --old-snapshots = s)"
same 'completion: a word behind a blank' 'ready' "$(completes run app.t --until '')"
same 'completion: nothing for a value that only the user knows' '' "$(completes run --jobs = -)"
touch "$scratch/a file.sql"
mkdir "$scratch/a folder"
same 'completion: a file' "$scratch/a file.sql" "$(completes run -f "$scratch/a fi")"
same 'completion: a folder' "$scratch/a folder" "$(completes run --templates = "$scratch/a ")"
same 'completion: nothing in the place of a table' '' "$(completes run app)"

make -s install DESTDIR="$scratch/root" PREFIX=/usr >"$scratch/install" 2>&1 || fail "install: $(cat "$scratch/install")"
for file in bin/pgswap share/man/man1/pgswap.1 share/bash-completion/completions/pgswap; do
    [ -s "$scratch/root/usr/$file" ] || fail "install: no $file"
done
echo 'ok - install: the program, the man page, the completion'
