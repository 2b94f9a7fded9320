/*
 * The one error value.
 *
 * What can fail returns false (or NULL) and takes an Error as its last parameter.  The error is
 * written once, where the failure is known best; on the way up only context is added; main() prints
 * it and turns its kind into the exit code.
 *
 *     if (!table_find(conn, arena, name, &table, error))
 *         return error_context(error, "reading table %s", name);
 *
 * An Error starts as ERROR_INIT, owns its strings, and is released by error_clear().
 */
#pragma once

#include <stdbool.h>

/* The kinds are the exit codes of the program, but for ERROR_AGAIN; they are part of its interface
 * and never change. */
typedef enum ErrorKind
{
    ERROR_NONE = 0,
    ERROR_FAULT = 1,      /* usage, or a fault of ours: trying again does not help */
    ERROR_CONNECTION = 2, /* cannot connect, or connection lost: try again */
    ERROR_STATEMENT = 3,  /* a statement failed: the data or the change is at fault */
    ERROR_REFUSED =
        4, /* refused by the plan (not supported, a privilege is missing) or the server */
    ERROR_PARITY = 5,   /* live and standby differ; not swapped */
    ERROR_LOCK = 6,     /* a lock was not granted in time; still in sync */
    ERROR_STOPPED = 7,  /* stopped on request; can be continued */
    ERROR_BUSY = 8,     /* another pgswap works on this table */
    ERROR_LIMIT = 9,    /* a safety limit of ours or of the server's (full disk, …) ended it */
    ERROR_CHANGED = 10, /* the table was altered by someone else since the plan */
    ERROR_PAUSED = 11,  /* paused by the operator */
    ERROR_HOOK = 12,    /* all is done, and the hook after it failed */
    ERROR_AGAIN = 100,  /* what others did meanwhile made this attempt void; see error_ends() */
} ErrorKind;

typedef struct Error
{
    ErrorKind kind;
    char sqlstate[6]; /* five characters from the server, or "" */
    char *message;    /* one line, factual, no full stop */
    char *detail;     /* the mechanism; NULL if there is none */
    char *hint;       /* advice; NULL if there is none */
    int position;     /* character of the statement at fault, from 1, as the server says; or 0 */
    char *column;     /* column the server blamed, or NULL */
    char *constraint; /* constraint or unique index the server blamed, or NULL */
    char *key;        /* of the row at fault: (id)=(5), as the server writes it; or NULL */
    char *step;       /* the statement at which the server failed: what it does (its template) */
} Error;

#define ERROR_INIT ((Error){.kind = ERROR_NONE})

#define ERROR_MUST_CHECK __attribute__((warn_unused_result))

/* Writes the error unless one is there already (the first error wins).  Returns false, always. */
bool error_set(Error *error, ErrorKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds or replaces the detail or the hint.  Returns false, always. */
bool error_detail(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool error_hint(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says which row is at fault, the first of them if there are several.  Returns false, always. */
bool error_key(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says at which step the server failed, unless that is said, or it was not the server.  Returns
 * false, always. */
bool error_step(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One word for a kind: "refused". */
const char *error_kind_name(ErrorKind kind);

/* Puts "<context>: " before the message.  Returns false, always. */
bool error_context(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Moves what is in *from to *to, unless *to holds an error already; *from is empty afterwards. */
void error_move(Error *to, Error *from);

/* True if another attempt may find it different: a lock, or what others did meanwhile. */
bool error_is_passing(const Error *error);

/* There is no other attempt: what others did meanwhile ends the program as a lock does. */
void error_ends(Error *error);

/* True if the error came from the server with this SQLSTATE. */
bool error_is(const Error *error, const char *sqlstate);

/* Frees the strings and makes the error empty. */
void error_clear(Error *error);
