/*
 * Running templates: render, send, wait.  The one way by which code above layer 2 talks to the
 * server.
 *
 *     const Result *result = statement_run(conn, error, "copy_gaps", "migration",
 *                                          number(migration->id).text, "pair", "1", NULL);
 */
#pragma once

#include <stdarg.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/await.h"
#include "sql/template.h"

/* A number as a template's variable: number(5).text, valid to the end of the full expression. */
typedef struct Number
{
    char text[24];
} Number;

Number number(int64_t value);

/* Renders the template with name/value pairs up to a NULL name and runs it.  The result is borrowed
 * until the next command on the connection; NULL with error set on failure. */
const Result *statement_run(Conn *conn, Error *error, const char *name, ...)
    __attribute__((sentinel)) ERROR_MUST_CHECK;

/* As statement_run() where the result does not matter. */
bool statement_do(Conn *conn, Error *error, const char *name, ...) __attribute__((sentinel))
ERROR_MUST_CHECK;

/* Statements that a template generated: it returns them as rows of one column "statement". */
typedef struct StatementList
{
    int count;
    char **items;
} StatementList;

/* Appends a copy of the item. */
void statement_list_add(Arena *arena, StatementList *list, const char *item);

/* The three, for a template that may also use words (or NULL); args are pairs up to a NULL name. */
const Result *statement_run_va(Conn *conn, const TemplateWords *words, Error *error,
                               const char *name, va_list args) ERROR_MUST_CHECK;
bool statement_collect_va(Conn *conn, Arena *arena, const TemplateWords *words, StatementList *list,
                          Error *error, const char *name, va_list args) ERROR_MUST_CHECK;
bool statement_generate_va(Conn *conn, const TemplateWords *words, Error *error, const char *name,
                           va_list args) ERROR_MUST_CHECK;

bool statement_collect(Conn *conn, Arena *arena, StatementList *list, Error *error,
                       const char *name, ...) __attribute__((sentinel)) ERROR_MUST_CHECK;

/* Runs the statements of a list one after the other. */
bool statement_list_run(Conn *conn, const StatementList *list, Error *error) ERROR_MUST_CHECK;

/* Runs many statements as one message.  The error names the one that failed by its first line. */
bool statement_script_run(Conn *conn, const char *script, Error *error) ERROR_MUST_CHECK;

/* Collects and runs at once. */
bool statement_generate(Conn *conn, Error *error, const char *name, ...) __attribute__((sentinel))
ERROR_MUST_CHECK;

/* Ends a transaction after a failure; what goes wrong with that does not matter. */
void statement_rollback(Conn *conn);

/* Says in the detail of an error, unless it has one, which statement failed, and where if the
 * server says so: text is how the user wrote it, sql how it was sent. */
void statement_show(Arena *arena, const char *text, const char *sql, Error *error);
