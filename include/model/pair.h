/*
 * A pair and its vocabulary: what a template may name of it, besides the variables that it is
 * given. The words stand in one table at the head of src/model/pair.c; a new one is a row there.
 *
 *     pair_do(conn, pair, error, "pending_insert", NULL);
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/journal.h"
#include "model/statement.h"

/* Takes row number row of templates/state/pair_read.sql. */
bool pair_take(Arena *arena, const Result *result, int row, const Migration *migration, Pair *pair,
               Error *error) ERROR_MUST_CHECK;

/* A word for C's own use, in arena; it must be one of this pair's. */
const char *pair_word(Arena *arena, const Pair *pair, const char *name);

/* Standby has columns that live does not have and that apply keeps: there are words for them. */
bool pair_keeps(const Pair *pair);

/* template_render() and what statement.h has, on a pair: more variables up to a NULL name. */
char *pair_render(Arena *arena, const Pair *pair, Error *error, const char *name, ...)
    __attribute__((sentinel)) ERROR_MUST_CHECK;
const Result *pair_run(Conn *conn, const Pair *pair, Error *error, const char *name, ...)
    __attribute__((sentinel)) ERROR_MUST_CHECK;
bool pair_do(Conn *conn, const Pair *pair, Error *error, const char *name, ...)
    __attribute__((sentinel)) ERROR_MUST_CHECK;
bool pair_collect(Conn *conn, Arena *arena, const Pair *pair, StatementList *list, Error *error,
                  const char *name, ...) __attribute__((sentinel)) ERROR_MUST_CHECK;
bool pair_generate(Conn *conn, const Pair *pair, Error *error, const char *name, ...)
    __attribute__((sentinel)) ERROR_MUST_CHECK;
