#!/usr/bin/env bash
# Checks the house rules and prints file:line for each complaint.
#
#     scripts/lint.sh [-C DIRECTORY] [RULE…]
#
# Without a RULE all of them are checked: layers phases owners circles public unique predicates clients reports pairs sql
# templates kinds names words marks length format cppcheck scripts tracked.  "phases", "owners", "circles" and "public"
# read the objects in build.  A line of C that must hold SQL says so with a comment: lint: sql.
set -euo pipefail
export LC_ALL=C

scripts=$(cd "$(dirname "$0")" && pwd)
if [ "${1-}" = -C ]; then
    cd "$2"
    shift 2
else
    cd "$scripts/.."
fi

complaints=0

# Reads complaints, prints and counts them.
report() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line"
        complaints=$((complaints + 1))
    done
}

# files EXTENSION… in DIRECTORY…: what is there of them, sorted.
files() {
    local -a names=() places=()
    while [ "$1" != in ]; do
        names+=(${names[@]+-o} -name "*.$1")
        shift
    done
    shift
    for place in "$@"; do
        [ ! -d "$place" ] || places+=("$place")
    done
    [ ${#places[@]} -eq 0 ] || find "${places[@]}" -type f \( "${names[@]}" \) | sort
}

# on FILES COMMAND…: runs the command with the files that standard input names, if there are any.
on_files() {
    local -a list
    mapfile -t list
    [ ${#list[@]} -eq 0 ] || "$@" "${list[@]}"
}

# An include may only point to the same or a lower layer; a private header, which has no folder in
# its name, only to one's own folder.
rule_layers() {
    files c h in src include | on_files awk '
        BEGIN {
            split("base=0 sql=1 ui=1 pg=2 model=3 tool=4 phase=5 swap=6 way=7 cmd=8", pairs, " ")
            for (i in pairs) { split(pairs[i], pair, "="); layer[pair[1]] = pair[2] }
        }
        FNR == 1 {
            folder = FILENAME
            sub(/^(src|include)\//, "", folder)
            own = folder ~ /\// ? layer[substr(folder, 1, index(folder, "/") - 1)] : 9
        }
        /^#include "/ {
            split($0, part, "\"")
            target = part[2]
            sub(/\/.*/, "", target)
            if (part[2] !~ /\//) {
                beside = FILENAME
                sub(/[^\/]*$/, part[2], beside)
                if ((getline line <beside) < 0)
                    printf "%s:%d: no \"%s\" in this folder\n", FILENAME, FNR, part[2]
                close(beside)
            } else if (!(target in layer))
                printf "%s:%d: folder of \"%s\" is not in the layer table\n", FILENAME, FNR, part[2]
            else if (layer[target] > own)
                printf "%s:%d: layer %d includes \"%s\" of layer %d\n", \
                    FILENAME, FNR, own, part[2], layer[target]
        }'
}

# defined: "has MODULE SYMBOL" and "uses MODULE SYMBOL", by the objects.  An object whose source is gone is
# of an earlier build.
defined() {
    files o in build/obj/src | on_files nm -gA | awk '
        FILENAME != "-" { source[$1] = 1; next }
        {
            module = $1
            sub(/\.o:.*/, "", module)
            sub(/^build\/obj\/src\//, "", module)
        }
        !(("src/" module ".c") in source) { next }
        $2 ~ /^[BDRT]$/ { print "has", module, $3 }
        $(NF - 1) ~ /(^|:)U$/ { print "uses", module, $NF }' <(files c in src) -
}

# uses: "USER USED SYMBOL" for every symbol that one module of src takes from another.
uses() {
    defined | awk '
        $1 == "has" { home[$3] = $2 }
        $1 == "uses" { user[NR] = $2; used[NR] = $3 }
        END {
            for (i in user)
                if (used[i] in home && home[used[i]] != user[i])
                    print user[i], home[used[i]], used[i]
        }' | sort
}

# A phase is run by the way, from its table.  Commands may use of it what is no run; what others may stands
# in the table here.  What all phases share is below them, in tool.
rule_phases() {
    [ -d build/obj/src ] || return 1
    uses | awk '
        BEGIN {
            split("build capture copy index parity follow settle", names, " ")
            for (i in names) phase["phase/" names[i]] = 1
            phase["swap/swap"] = 1
            # the swap makes the logs for the way back, compares anew, and settles what an earlier one left
            split("swap:capture swap:parity conditions:parity swap:settle exchange:capture", pairs, " ")
            for (i in pairs) { split(pairs[i], pair, ":"); may["swap/" pair[1], "phase/" pair[2]] = 1 }
        }
        !($2 in phase) || $1 == "way/way" || ($3 !~ /_run$/ && ($1 ~ /^cmd\// || ($1, $2) in may)) { next }
        $1 == "cmd/follow" && $3 == "follow_run" { next } # it has no end, and so no place in the table
        { printf "src/%s.c:1: uses %s() of the phase %s\n", $1, $3, $2 }'
}

# What one module alone may call, of all that others could.
rule_owners() {
    [ -d build/obj/src ] || return 1
    uses | awk '
        BEGIN { owner["conn_set_deadline"] = "tool/budget" }
        $3 in owner && $1 != owner[$3] {
            printf "src/%s.c:1: uses %s(), which only %s may\n", $1, $3, owner[$3]
        }'
}

# private_names: what headers for one folder only declare.
private_names() {
    files h in src | { grep '_private\.h$' || true; } | on_files grep -hoE '[a-z_0-9]+\(' | tr -d '('
}

# No module uses one that uses it, by whatever way.  Files that share a private header are one module in this.
rule_circles() {
    [ -d build/obj/src ] || return 1
    { uses | awk 'FILENAME != "-" { private[$1] = 1; next } !($3 in private) { print $1, $2 }' <(private_names) - |
        tsort 2>&1 >/dev/null || true; } | awk '
            /input contains a loop/ { if (circle != "") print circle; circle = ""; next }
            { circle = circle == "" ? "src/" $2 ".c:1: a circle: " $2 : circle ", " $2 }
            END { if (circle != "") print circle }'
}

# What a header declares is used by another module, or is static.  The table has what tests need besides.
rule_public() {
    [ -d build/obj/src ] || return 1
    { uses | sed 's/^/used /'; defined; } | awk '
        BEGIN {
            split("main journal_set_pairs progress_format progress_set_interval", names, " ")
            for (i in names) used[names[i]] = 1
        }
        $1 == "used" { used[$4] = 1 }
        $1 == "has" && !($3 in used) { printf "src/%s.c:1: %s() is used by no other module; make it static\n", $2, $3 }'
}

# A function has one name, and a name one function: who greps finds one place.  Each program has a main.
rule_unique() {
    files c in src | on_files awk '
        /^[a-z][a-z_0-9]*\(/ {
            name = $0
            sub(/\(.*/, "", name)
            if (name != "main" && name in home && home[name] != FILENAME)
                printf "%s:%d: there is a %s() in %s, too\n", FILENAME, FNR, name, home[name]
            home[name] = FILENAME
        }'
}

# What a name asks: is_, has_, are_ and was_ look at what is at hand and cannot fail.  What asks the server (ask_),
# what is true or an error (check_, require_, may_), and what writes an error (refuse_) have names of their own.
rule_predicates() {
    files c h in src include | on_files awk '
        /^[a-zA-Z].*[( ]/ && !/;$/ && /(^|[ *_])(is|has|are|was)_[a-z_0-9]+\(/ { head = ""; line = FNR; open = 1 }
        open { head = head " " $0 }
        open && /\)/ {
            open = 0
            if (head ~ /[(,] *Error \*/ && head !~ /const Error \*/) {
                match(head, /[a-z_0-9]+\(/)
                printf "%s:%d: %s) can fail: ask_, check_ or refuse_\n", FILENAME, line, substr(head, RSTART, RLENGTH)
            }
        }'
}

# libpq and libuv are known to layer 2 only.
rule_clients() {
    files c h in src include | grep -v '^src/pg/' |
        on_files grep -nHE '^#[[:space:]]*include[[:space:]]*[<"](libpq-fe|uv|pg_config|postgres_ext)\.h' |
        sed 's/:#.*/: libpq and libuv are included by src\/pg only/' || true
}

# No pair is taken out of its migration by number: what holds for one holds for each (for_each_pair), and
# what messages call them all is the migration's label.
rule_pairs() {
    files c h in src include | grep -v '^src/model/journal.c$' |
        on_files grep -nHE '\bpairs( *\[|->)|[<+] *\(?[A-Za-z>.-]*pair_count' |
        grep -vE '^include/model/journal.h:' |
        sed -E 's/^([^:]*:[0-9]+):.*/\1: a pair by number; use for_each_pair/' || true
}

# What a command answers is told by src/cmd/report alone, as text and in JSON; help is no answer.
rule_reports() {
    files c in src/cmd | grep -vE '^src/cmd/(report/|help\.c$)' |
        on_files grep -nHE '(^|[^a-z_])(printf|puts|wrap_print|json_[a-z]+|member_[a-z]+)\(' |
        sed -E 's/^([^:]*:[0-9]+):.*/\1: results are told by src\/cmd\/report only/' || true
}

# SQL lives in templates/.  A string that begins like a statement is one.  Keywords that stand alone
# may be named in scan.c, and in tables (on lines without a parenthesis).
rule_sql() {
    files c h in src include | on_files awk '
        BEGIN {
            alone = "SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|BEGIN|COMMIT|ROLLBACK|" \
                "TRUNCATE|VACUUM|ANALYZE|GRANT|REVOKE|NOTIFY|LISTEN"
            spaced = "SET|COPY|LOCK|WITH|COMMENT ON"
            text = "\"[ \t]*((" alone ")([ ;\"]|\\\\n)|(" spaced ")[ ])"
            word = "\"(" alone ")\""
        }
        /^#include/ || /\/\* lint: sql \*\// { next }
        {
            line = $0
            if (FILENAME == "src/sql/scan.c" || line !~ /[()]/)
                gsub(word, "", line)
            if (line ~ text)
                printf "%s:%d: SQL in C; it belongs in templates/\n", FILENAME, FNR
        }'
}

# A template begins with a comment that says what it does and names the lock.
rule_templates() {
    files sql in templates | on_files awk '
        FNR == 1 && !/^-- [A-Za-z]/ {
            printf "%s:1: the first line must be a comment that says what this does\n", FILENAME
        }
        FNR == 1 { waits = 1 }
        waits && /^--.*Lock: ./ { waits = 0 }
        !/^--/ && /ONLY :(live|standby)([^a-z_]|$)/ {
            printf "%s:%d: nothing of a partitioned table; templates say :live_rows, :standby_rows, or the heap\n", FILENAME, FNR
        }
        !/^--/ && /(^|[^A-Za-z_])pgswap\.[a-z]/ {
            printf "%s:%d: the state of one owner; templates say :state\n", FILENAME, FNR
        }
        waits && !/^--/ {
            printf "%s:%d: the comment above must name the lock (\"Lock: …\")\n", FILENAME, FNR
            waits = 0
        }'
}

# A kind of dependent object answers whoever asks all kinds (:each_x in some template): by a section [x], or by a
# line "-- None of [x]: why".  What it reads for that itself is its section [with].
rule_kinds() {
    local asked
    asked=$(files sql in templates | on_files grep -ohE '(^|[^:]):each_[a-z_]+' | sed 's/.*:each_//' | sort -u)
    files sql in templates | on_files awk -v asked="$asked" '
        BEGIN { count = split(asked, names, "\n"); for (i in names) is_asked[names[i]] = 1 }
        function end(   i) {
            for (i = 1; kind && i <= count; i++)
                if (answers[names[i]] != 1 && !(names[i] == "with" && answers["with"] == 0))
                    printf "%s:1: says nothing of [%s], or twice\n", file, names[i]
        }
        FNR == 1 { end(); file = FILENAME; kind = file ~ /^templates\/dependents\//; split("", answers) }
        /^-- \[.*\]$/ || /^-- None of \[.*\]: ./ {
            line = $0
            if (!kind)
                printf "%s:%d: a section outside templates/dependents\n", file, FNR
            while (match(line, /\[[^]]*\]/)) {
                name = substr(line, RSTART + 1, RLENGTH - 2)
                line = substr(line, RSTART + RLENGTH)
                answers[name]++
                if (!(name in is_asked))
                    printf "%s:%d: nobody asks for [%s]\n", file, FNR, name
            }
        }
        END { end() }'
}

# What runs with the parameters of a table's owner, its search_path too, names the server's own objects
# with their schema: functions, types behind :: that are no keywords, and operators (but in SET a = b).
rule_names() {
    files sql in templates | on_files awk '
        FNR == 1 { owners = 0 }
        /^-- Parameters: the owner/ { owners = 1 }
        !owners || /^--/ { next }
        {
            line = $0
            sub(/--.*/, "", line)
            gsub(/\x27[^\x27]*\x27/, "x", line)
            gsub(/OPERATOR\(pg_catalog\.[^)]*\)/, "", line)
            gsub(/::(pg_catalog\.[a-z]+|bigint|boolean|integer|numeric)/, "", line)
            gsub(/IS (NOT )?DISTINCT FROM NULL/, "", line) # a mere test, without an operator
            gsub(/(pg_catalog|:state)\.[a-z_]+\(/, "(", line)
            gsub(/(^|[^a-z_])(coalesce|greatest|least|exists)\(/, "(", line)
            if (line ~ /^ *(UPDATE .*)?SET / || line ~ /, [a-z_]+ = /)
                gsub(/[a-z_]+ = /, "", line)
            if (line ~ /::/ || line ~ /(^|[^.:a-z_"])[a-z_]+\(/ || line ~ / (=|<>|<|>|<=|>=|\+|-|\/|\|\|) / || \
                line ~ / IN \(|CASE [a-z]|IS (NOT )?DISTINCT FROM|NULLIF|BETWEEN|LIKE/)
                printf "%s:%d: a name without its schema, under the search_path of the owner\n", FILENAME, FNR
        }'
}

# What people read is plain English: no words of ours, and none that are out of use.  Of the strings of
# C and SQL, those with two blanks or more are text for people, but for the comments of our state.
rule_words() {
    files c sql in src templates | grep -v '^src/model/pair.c$' | on_files awk '
        BEGIN {
            words = "to be had|stands? in|mend(s|ed|ing)?|anew|tak(en|es|e) (everything )?back|no chance|" \
                "drain(s|ed|ing)?|purg(e|es|ed|ing)|parity|dirty|strays?|h[eo]lds? (it )?up|held up|" \
                "keys? pending|pending keys?|goes on|lets it go|untouched|standby|blue|green"
        }
        /^ *(\/\*|\* |--)|^COMMENT ON/ { next }
        {
            quote = FILENAME ~ /\.sql$/ ? "\x27" : "\""
            line = $0
            gsub(/\\"/, " ", line)
            count = split(line, part, quote)
            for (i = 2; i <= count; i += 2) {
                text = " " tolower(part[i]) " "
                gsub(/standby server/, "", text)
                if (part[i] ~ / .* / && match(text, "[^-a-z_:](" words ")([^-a-z_.]|[.][^%a-z])"))
                    printf "%s:%d: \"%s\" is no word for a message\n", FILENAME, FNR, substr(text, RSTART + 1, RLENGTH - 2)
            }
        }'
}

rule_marks() {
    files c h sql sh t pl pm awk in src include templates scripts tests |
        on_files grep -nHwE 'TO''DO|FIX''ME|X''XX' | sed -E 's/^([^:]*:[0-9]+):.*/\1: unfinished/' || true
}

# Files of at most 600 lines, functions of at most 80.  Functions are found by the layout: in C the
# braces of a definition stand in column 1, in shell and Perl its first line and its closing brace.
rule_length() {
    files c h sql sh t pl pm awk in src include templates scripts tests | on_files awk '
        FNR == 1 { start = 0 }
        FNR == 601 { printf "%s:601: file is longer than 600 lines\n", FILENAME }
        FILENAME ~ /\.[ch]$/ && /^{/ { start = FNR - 2 }
        FILENAME ~ /\.sh$/ && /^[a-z_]+ *\(\)/ { start = FNR }
        FILENAME ~ /\.(t|p[lm])$/ && /^sub [a-zA-Z_]/ { start = FNR }
        /^}/ && start > 0 {
            if (FNR - start + 1 > 80)
                printf "%s:%d: function has %d lines, more than 80\n", \
                    FILENAME, start, FNR - start + 1
            start = 0
        }'
}

# One complaint a file: make format mends all of them.
rule_format() {
    command -v clang-format >/dev/null || return 1
    { files c h in src include tests | on_files clang-format --dry-run -Werror 2>&1 || true; } |
        awk -F: '/^[^ ]+:[0-9]+:[0-9]+: error/ && !seen[$1]++ {
            print $1 ":" $2 ": not as .clang-format says; run make format"
        }'
}

# That NULL is a pointer in an argument list is sure with every compiler that builds this.
rule_cppcheck() {
    command -v cppcheck >/dev/null || return 1
    files c in src | on_files cppcheck -q -Iinclude --library="$scripts/cppcheck.cfg" --std=c11 \
        --enable=warning,performance,portability --inline-suppr --suppress=varFuncNullUB \
        --suppress=normalCheckLevelMaxBranches \
        --template='{file}:{line}: {message} [{id}]' 2>&1
}

# Every shell script parses, and what is run as a program can be run.
rule_scripts() {
    local file
    for file in $(files sh in scripts tests); do
        bash -n "$file" 2>&1 | sed -E 's/: line ([0-9]+):/:\1:/'
        [ -x "$file" ] || echo "$file:1: is not executable"
    done
}

# Nothing that .gitignore names is under version control.
rule_tracked() {
    [ -e .git ] || return 0
    git ls-files --cached --ignored --exclude-standard | sed 's/$/:1: generated file is tracked/'
}

rules=${*:-layers phases owners circles public unique predicates clients reports pairs sql templates kinds names words marks length format cppcheck scripts tracked}
for rule in $rules; do
    report < <("rule_$rule" || echo "scripts/lint.sh: rule $rule could not be checked")
done

if [ "$complaints" -gt 0 ]; then
    echo "lint: $complaints complaints" >&2
    exit 1
fi
echo "lint: all rules hold ($rules)"
