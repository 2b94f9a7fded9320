/*
 * Free disk space of the server: seen by ourselves where that runs on this machine, else by a query
 * of the user's.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "model/statement.h"
#include "signals_private.h"
#include "ui/progress.h"

static bool
refuse_path(const char *place, const char *why, Error *error)
{
    error_set(error, ERROR_REFUSED,
              "the free space of %s, which --min-free asks for, cannot be "
              "seen from here",
              place);
    error_detail(error, "%s.", why);
    return error_hint(error, "Give a query that returns the free bytes with --min-free-query.");
}

static bool
look_at_place(Context *context, const char *place, Text *held, Error *error)
{
    struct statvfs facts;
    int64_t free_bytes;
    char text[40];

    if (statvfs(place, &facts) != 0)
        return refuse_path(place, strerror(errno), error);
    free_bytes = (int64_t)facts.f_bavail * (int64_t)facts.f_frsize;
    if (free_bytes < context->settings->min_free && held->length == 0)
        text_printf(held, "free disk space: %s has %s", place, bytes_format(text, free_bytes));
    return true;
}

static bool
look_at_places(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    const Migration *migration = context->migration;
    const Result *result;

    if (!conn_server_is_here(conn))
        return refuse_path("the server",
                           "It does not run on this machine, or a pooler or another "
                           "host stands between",
                           error);
    result = statement_run(conn, error, template, "oids",
                           migration != NULL ? migration->live_oids : "0", NULL);
    for (int i = 0; result != NULL && i < result_rows(result); i++)
        if (result_get(result, i, "place") == NULL)
            return refuse_unseen("where the server keeps its data", "--min-free",
                                 "pg_read_all_settings", error) ||
                   error_hint(error,
                              "A superuser can GRANT pg_read_all_settings TO the role; or give a "
                              "query that returns the free bytes with --min-free-query.");
        else if (!look_at_place(context, result_get(result, i, "place"), held, error))
            return false;
    return result != NULL;
}

static bool
look_by_query(Context *context, Conn *conn, Text *held, Error *error)
{
    const char *value;
    char *end, text[40];
    Arena *scratch = arena_new();
    bool ok = ask_query(conn, scratch, context->settings->min_free_query, "--min-free-query",
                        &value, error);

    if (ok && value == NULL)
        text_append(held, "an answer to --min-free-query");
    else if (ok)
    {
        double bytes = strtod(value, &end);

        ok = (end != value && *end == '\0') ||
             error_set(error, ERROR_REFUSED,
                       "the query of --min-free-query returned \"%s\", which is no number", value);
        if (ok && bytes < (double)context->settings->min_free)
            text_printf(held, "free disk space: --min-free-query says %s",
                        bytes_format(text, (int64_t)bytes));
    }
    arena_free(scratch);
    return ok;
}

bool
look_at_space(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    if (context->settings->min_free == 0)
        return context->settings->min_free_query == NULL ||
               error_set(error, ERROR_FAULT, "--min-free-query needs --min-free");
    if (context->settings->min_free_query != NULL)
        return look_by_query(context, conn, held, error);
    return look_at_places(context, conn, template, held, error);
}
