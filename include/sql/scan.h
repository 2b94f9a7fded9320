/*
 * A small scanner for what the user wrote: splits a script into statements and an ALTER TABLE's
 * actions into clauses, and finds the USING expression of a type change.  It knows PostgreSQL's
 * lexical rules (quotes, E'', U&"", dollar quotes, nested comments, parentheses, brackets) and
 * nothing of its grammar: names, types and validity are the server's business.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

typedef struct ScanList
{
    int count;
    char **items; /* trimmed, without separators, comments kept; one that ends in a -- comment
                   * keeps that line's newline, so that text may follow it */
} ScanList;

/* Splits at semicolons outside quotes, comments and parentheses (and outside BEGIN ATOMIC … END);
 * empty statements are left out.  ERROR_FAULT with the line for an unterminated quote, comment or
 * parenthesis. */
bool scan_statements(Arena *arena, const char *text, ScanList *list, Error *error) ERROR_MUST_CHECK;

/* Splits the actions of an ALTER TABLE (what stands after the table's name) at top-level commas.
 * A semicolon may end the text, but nothing may follow it. */
bool scan_actions(Arena *arena, const char *text, ScanList *list, Error *error) ERROR_MUST_CHECK;

/* What a single action does, as far as the mapping needs to know. */
typedef enum ScanKind
{
    SCAN_OTHER,
    SCAN_TYPE,            /* ALTER [COLUMN] column [SET DATA] TYPE type … [USING expression] */
    SCAN_SET_EXPRESSION,  /* ALTER [COLUMN] column SET EXPRESSION AS (expression) */
    SCAN_DROP_CONSTRAINT, /* DROP CONSTRAINT [IF EXISTS] name */
    SCAN_RENAME_TABLE,    /* RENAME TO name */
    SCAN_SET_SCHEMA,      /* SET SCHEMA name */
} ScanKind;

typedef struct ScanAction
{
    ScanKind kind;
    char *name;             /* column, constraint, or new name, unquoted and folded; else NULL */
    char *using_expression; /* text after USING without comments around it, or NULL */
} ScanAction;

/* ERROR_FAULT if the text is not exactly one action. */
bool scan_action(Arena *arena, const char *text, ScanAction *action, Error *error) ERROR_MUST_CHECK;

/*
 * If the statement is ALTER TABLE [IF EXISTS] [ONLY] <target> [*] …, true and *actions points at
 * what follows, where target is a psql variable reference such as ":green".
 */
bool scan_alter_table(const char *statement, const char *target, const char **actions);

/* Replaces the psql variable (such as ":green") outside quotes and comments; counts in *found. */
char *scan_replace_variable(Arena *arena, const char *text, const char *variable, const char *value,
                            int *found);

/* First keyword of a statement in upper case, comments skipped ("" if there is none). */
char *scan_keyword(Arena *arena, const char *statement);

/* Splits "column=expression" at the first '=' outside quotes; column unquoted and folded.  A comma
 * outside parentheses is an error. */
bool scan_assignment(Arena *arena, const char *text, char **column, char **expression, Error *error)
    ERROR_MUST_CHECK;
