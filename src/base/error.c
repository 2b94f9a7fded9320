/*
 * The error value: owns its strings, first error wins, context is put in front on the way up.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Replaces the string in *slot.  The new one is written first: it may be made from the old. */
static void replace(char **slot, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void
replace(char **slot, const char *format, va_list args)
{
    Text text = {0};

    text_append(&text, "");
    text_vprintf(&text, format, args);
    free(*slot);
    *slot = text.data;
}

bool
error_set(Error *error, ErrorKind kind, const char *format, ...)
{
    va_list args;

    if (error->kind != ERROR_NONE)
        return false;
    error_clear(error);
    error->kind = kind;
    va_start(args, format);
    replace(&error->message, format, args);
    va_end(args);
    return false;
}

bool
error_detail(Error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    replace(&error->detail, format, args);
    va_end(args);
    return false;
}

bool
error_hint(Error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    replace(&error->hint, format, args);
    va_end(args);
    return false;
}

bool
error_key(Error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    replace(&error->key, format, args);
    va_end(args);
    return false;
}

bool
error_step(Error *error, const char *format, ...)
{
    va_list args;

    if (error->sqlstate[0] == '\0' || error->step != NULL)
        return false;
    va_start(args, format);
    replace(&error->step, format, args);
    va_end(args);
    return false;
}

const char *
error_kind_name(ErrorKind kind)
{
    static const char *const names[] = {
        [ERROR_NONE] = "none",
        [ERROR_FAULT] = "fault",
        [ERROR_CONNECTION] = "connection",
        [ERROR_STATEMENT] = "statement",
        [ERROR_REFUSED] = "refused",
        [ERROR_PARITY] = "parity",
        [ERROR_LOCK] = "lock",
        [ERROR_STOPPED] = "stopped",
        [ERROR_BUSY] = "busy",
        [ERROR_LIMIT] = "limit",
        [ERROR_CHANGED] = "changed",
        [ERROR_PAUSED] = "paused",
        [ERROR_HOOK] = "hook",
        [ERROR_AGAIN] = "again",
    };

    return names[kind];
}

bool
error_context(Error *error, const char *format, ...)
{
    Text text = {0};
    va_list args;

    if (error->kind == ERROR_NONE)
        return false;
    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    text_append(&text, ": ");
    text_append(&text, error->message != NULL ? error->message : "");
    free(error->message);
    error->message = text.data;
    return false;
}

void
error_move(Error *to, Error *from)
{
    if (to == from)
        return;
    if (to->kind == ERROR_NONE)
    {
        error_clear(to);
        *to = *from;
        *from = (Error)ERROR_INIT;
        return;
    }
    error_clear(from);
}

bool
error_is_passing(const Error *error)
{
    return error->kind == ERROR_LOCK || error->kind == ERROR_AGAIN;
}

void
error_ends(Error *error)
{
    if (error->kind == ERROR_AGAIN)
        error->kind = ERROR_LOCK;
}

bool
error_is(const Error *error, const char *sqlstate)
{
    return error->kind != ERROR_NONE && strcmp(error->sqlstate, sqlstate) == 0;
}

void
error_clear(Error *error)
{
    free(error->message);
    free(error->detail);
    free(error->hint);
    free(error->column);
    free(error->constraint);
    free(error->key);
    free(error->step);
    *error = (Error)ERROR_INIT;
}
