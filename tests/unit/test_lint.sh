#!/usr/bin/env bash
# scripts/lint.sh: a tree that keeps the rules passes, and each rule fires where it is broken.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
lint=$top/scripts/lint.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "not ok - $1" >&2
    exit 1
}

# A small tree that keeps all rules.
new_tree() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree"/{src/{base,sql,pg,tool,phase,swap,way,cmd},include/{base,pg,phase},templates/dependents,scripts,tests}
    cp "$top/.clang-format" "$scratch/tree/"
    cd "$scratch/tree"
    printf '#pragma once\n' | tee include/base/a.h include/pg/b.h include/phase/copy.h \
        include/phase/phase.h >/dev/null
    printf -- '-- Reads nothing.  Lock: none\nSELECT :each_mark :each_rows :each_with;\n' >templates/x.sql
    printf -- '-- A kind.  Lock: none\n-- [mark]\n1,\n-- [rows]\nUNION 1\n' >templates/dependents/k.sql
    printf '#include <libpq-fe.h>\n\n#include "base/a.h"\n' >src/pg/b.c
    printf '#include "phase/copy.h"\n\n#include "base/a.h"\n#include "phase/phase.h"\n' \
        >src/phase/copy.c
    printf 'static const char *const word = "CREATE";\n' >src/sql/scan.c
    printf 'static int f(void);\n\nstatic int\nf(void)\n{\n    return 1;\n}\n' >src/base/y.c
    printf '#!/bin/sh\nmktemp -d -t x.XXXXXX\n' >scripts/x.sh
    chmod +x scripts/x.sh
    printf '#include "phase/copy.h"\n' >src/main.c
}

# lines COUNT LINE
lines() {
    yes "$2" | head -n "$1" | tr -d '\n'
}

# fires RULE COMPLAINT FILE TEXT: with this text appended to the file, the rule complains so.
fires() {
    new_tree
    "$lint" -C . "$1" >"$scratch/out" || fail "$1 complains about a good tree: $(cat "$scratch/out")"
    mkdir -p "$(dirname "$3")"
    printf '%b' "$4" >>"$3"
    ! "$lint" -C . "$1" >"$scratch/out" 2>&1 || fail "$1 does not see: $4"
    grep -qE "^$3:[0-9]+:.*$2" "$scratch/out" || fail "$1: $(cat "$scratch/out")"
    echo "ok - $1: $2"
}

# silent RULE FILE TEXT: with this text the rule has nothing to say.
silent() {
    new_tree
    printf '%b' "$3" >>"$2"
    "$lint" -C . "$1" >"$scratch/out" 2>&1 || fail "$1 complains about: $3"
    echo "ok - $1 lets pass: ${3:0:50}"
}

new_tree
mkdir -p build/obj/src/base
${CC:-cc} -c -o build/obj/src/base/y.o src/base/y.c
"$lint" -C . >"$scratch/out" 2>&1 || fail "the good tree: $(cat "$scratch/out")"
echo 'ok - a good tree passes every rule'

fires layers 'layer 0 includes "pg/b.h" of layer 2' src/base/a.c '#include "pg/b.h"\n'
fires layers 'layer 2 includes "phase/copy.h" of layer 5' include/pg/b.h '#include "phase/copy.h"\n'
fires layers 'layer 4 includes "phase/copy.h" of layer 5' src/tool/x.c '#include "phase/copy.h"\n'
fires layers 'no "b.h" in this folder' src/cmd/x.c '#include "b.h"\n'
silent layers src/cmd/x.c '#include "x.c"\n'
fires layers 'not in the layer table' src/cmd/x.c '#include "other/run.h"\n'
# compiled RULE MODULE CODE [COMPLAINT]: with this module, beside a phase "copy" and "pg/conn".
compiled() {
    local module
    new_tree
    printf '#include "phase/phase.h"\nint copy_run(void);\nint copy_look(void);\nint copy_run(void) { return 1; }\nint copy_look(void) { return 1; }\n' >src/phase/copy.c
    printf 'void conn_set_deadline(void);\nvoid conn_set_deadline(void) {}\n' >src/pg/conn.c
    printf '%b' "$3" >"src/$2.c"
    for module in phase/copy pg/conn "$2"; do
        mkdir -p "build/obj/src/${module%/*}"
        ${CC:-cc} -Iinclude -c -o "build/obj/src/$module.o" "src/$module.c"
    done
    if [ -z "${4-}" ]; then
        "$lint" -C . "$1" >"$scratch/out" 2>&1 || fail "$1: $(cat "$scratch/out")"
    else
        ! "$lint" -C . "$1" >"$scratch/out" 2>&1 || fail "$1 does not see: $3"
        grep -qF "src/$2.c:1: $4" "$scratch/out" || fail "$1: $(cat "$scratch/out")"
    fi
    echo "ok - $1: ${4:-$2 may}"
}

compiled phases tool/pending 'int f(void);\nint f(void) { return 1; }\n'
compiled phases phase/index 'int copy_look(void);\nint f(void);\nint f(void) { return copy_look(); }\n' \
    'uses copy_look() of the phase phase/copy'
compiled phases way/way 'int copy_run(void);\nint f(void);\nint f(void) { return copy_run(); }\n'
compiled phases cmd/x 'int copy_look(void);\nint f(void);\nint f(void) { return copy_look(); }\n'
compiled phases cmd/x 'int copy_run(void);\nint f(void);\nint f(void) { return copy_run(); }\n' \
    'uses copy_run() of the phase phase/copy'
compiled phases swap/swap 'int copy_run(void);\nint f(void);\nint f(void) { return copy_run(); }\n' \
    'uses copy_run() of the phase phase/copy'
deadline='void conn_set_deadline(void);\nvoid f(void);\nvoid f(void) { conn_set_deadline(); }\n'
compiled owners tool/budget "$deadline"
compiled owners swap/swap "$deadline" 'uses conn_set_deadline(), which only tool/budget may'
# between RULE ONE TWO COMPLAINT: with the code of tool/one and of tool/two; without a COMPLAINT there is none.
between() {
    new_tree
    mkdir -p build/obj/src/tool
    printf '%b' "$2" >src/tool/one.c
    printf '%b' "$3" >src/tool/two.c
    for module in one two; do
        ${CC:-cc} -Iinclude -c -o "build/obj/src/tool/$module.o" "src/tool/$module.c"
    done
    if [ -z "$4" ]; then
        "$lint" -C . "$1" >"$scratch/out" 2>&1 || fail "$1: $(cat "$scratch/out")"
    else
        ! "$lint" -C . "$1" >"$scratch/out" 2>&1 || fail "$1 does not see: $4"
        grep -qE "^src/tool/(one|two).c:1: $4" "$scratch/out" || fail "$1: $(cat "$scratch/out")"
    fi
    echo "ok - $1: ${4:-$2}"
}

one='int one(void);\nint two(void);\nint one(void) { return two(); }\n'
two='int one(void);\nint two(void);\nint two(void) { return one(); }\n'
last='int two(void);\nint two(void) { return 1; }\n'
between circles "$one" "$last" ''
between circles "$one" "$two" 'a circle: tool/(one, tool/two|two, tool/one)'
between public "$one" "$two" ''
between public "$one" "$last" 'one\(\) is used by no other module'
fires unique 'there is a f\(\) in src/base/y.c, too' src/phase/copy.c 'int\nf(void)\n{\n}\n'
fires predicates 'is_x\(\) can fail' src/cmd/x.c 'static bool\nis_x(Conn *conn,\n     Error *error)\n{\n}\n'
fires predicates 'conn_has_x\(\) can fail' src/cmd/x.c 'bool\nconn_has_x(Error *error)\n{\n}\n'
silent predicates src/cmd/x.c 'static bool\nis_x(const Error *error)\n{\n    return ask_x(a, error);\n}\n'
fires clients 'src/pg only' src/cmd/x.c '#include <libpq-fe.h>\n'
fires clients 'src/pg only' include/base/a.h '# include "uv.h"\n'
fires pairs 'a pair by number' src/cmd/x.c 'f(migration->pairs[0].live);\n'
fires pairs 'a pair by number' src/cmd/x.c 'f(migration->pairs->live);\n'
fires pairs 'a pair by number' src/cmd/x.c 'for (int i = 0; i < context->migration->pair_count; i++)\n'
silent pairs src/cmd/x.c 'for_each_pair (pair, migration)\n    f(migration->pair_count == 0);\n'
fires reports 'src\/cmd\/report only' src/cmd/x.c '    printf("x");\n'
fires reports 'src\/cmd\/report only' src/cmd/x.c 'x = member_text(a, b);\n'
silent reports src/cmd/x.c 'arena_printf(a, "x"); snprintf(b, 1, "x");\n'
for text in 'SELECT 1' 'INSERT INTO x' 'COMMIT;' 'BEGIN' 'DROP\\nTABLE' 'COPY x' 'LOCK x' 'SET x' \
    'WITH x' 'COMMENT ON x' ' NOTIFY x'; do
    fires sql 'SQL in C' src/cmd/x.c "f(\"$text\");\n"
done
fires sql 'SQL in C' src/cmd/x.c 'f("CREATE");\n'
fires sql 'SQL in C' src/sql/scan.c 'f("CREATE TABLE");\n'
silent sql src/cmd/x.c 'f("SELECTED", "SETTING", "LOCK", "a SELECT b", "selects x");\n'
silent sql src/cmd/x.c 'char *w[] = {"BEGIN",\n"COMMIT", "SET", NULL};\n'
silent sql src/cmd/x.c 'f("COMMIT"); /* lint: sql */\n'
fires templates 'must be a comment' templates/y.sql 'SELECT 1; -- Lock: none\n'
fires templates 'must name the lock' templates/y.sql '-- Reads.\nSELECT 1; -- Lock: none\n'
silent templates templates/y.sql '-- Reads.\n-- Lock: none\nSELECT 1;\n'
fires templates 'nothing of a partitioned table' templates/y.sql '-- Reads. Lock: none\nSELECT FROM ONLY :live AS live;\n'
silent templates templates/y.sql '-- Reads. Lock: none\nSELECT FROM :live_rows AS live, ONLY :log;\n'
head='-- A kind. Lock: none\n'
fires kinds 'says nothing of \[mark\]' templates/dependents/l.sql "$head-- [rows]\n1\n"
fires kinds 'or twice' templates/dependents/k.sql '-- None of [mark]: it has one.\n'
fires kinds 'nobody asks for \[marks\]' templates/dependents/k.sql '-- [marks]\n1\n'
fires kinds 'section outside' templates/y.sql "$head-- [rows]\n1\n"
silent kinds templates/dependents/l.sql "$head-- [with]\nx,\n-- [mark]\n1,\n-- None of [rows]: there are none.\n"
own="-- Reads. Lock: none\n-- Parameters: the owner's.\n"
for bad in 'SELECT count(*) FROM t;' 'SELECT 1 FROM t WHERE a = 1;' 'SELECT a::text FROM t;' 'SELECT pg_catalog.now() + b;'; do
    fires names 'without its schema' templates/y.sql "$own$bad\n"
    silent names templates/y.sql "-- Reads. Lock: none\n$bad\n"
done
silent names templates/y.sql "${own}UPDATE t SET a = pg_catalog.now() WHERE b OPERATOR(pg_catalog.=) :'c'::pg_catalog.text;\n"
fires words '"to be had" is no word' src/cmd/x.c 'f("no lock to be had");\n'
fires words '"mended" is no word' src/cmd/x.c 'f("a",\n  "is mended \\\\"here\\\\"");\n'
fires words '"drained" is no word' templates/y.sql "-- Reads. Lock: none\nSELECT 'all is drained';\n"
fires words '"standby" is no word' src/cmd/x.c 'f("missing on standby");\n'
silent words src/cmd/x.c 'f("drain-keys", "parity", "standby", "pgswap_%s_green is :green", "a standby server", "amended once"); /* "mend it" */\n/* drained */\n'
for mark in TO''DO FIX''ME X''XX; do
    fires marks unfinished src/cmd/x.c "/* $mark: later */\n"
done
fires length 'longer than 600 lines' tests/x.t "$(lines 601 '#\n')"
fires length 'more than 80' src/cmd/x.c "int\nf(void)\n{\n$(lines 77 '    g();\n')}\n"
silent length src/cmd/x.c "int\nf(void)\n{\n$(lines 76 '    g();\n')}\n"
fires length 'more than 80' scripts/y.sh "f() {\n$(lines 79 ':\n')}\n"
fires length 'more than 80' tests/y.pm "sub f\n{\n$(lines 78 'g();\n')}\n"
fires format 'run make format' src/cmd/x.c 'int  x ;\n'
fires cppcheck 'nullPointer' src/cmd/x.c 'int\nf(void)\n{\n    int *p = 0;\n    return *p;\n}\n'
fires scripts 'is not executable' tests/y.sh 'echo\n'
fires scripts 'syntax error' scripts/x.sh 'if true; then\n'

new_tree
printf 'build/\n' >.gitignore
mkdir build
touch build/x.o
git init -q .
git add -f build/x.o
! "$lint" -C . tracked >"$scratch/out" 2>&1 || fail 'tracked does not see build/x.o'
grep -q '^build/x.o:1: generated file is tracked' "$scratch/out" || fail "$(cat "$scratch/out")"
echo 'ok - tracked: generated file is tracked'

new_tree
! "$lint" -C . nonsense >/dev/null 2>&1 || fail 'an unknown rule passes'
echo 'ok - an unknown rule is a complaint'
