/*
 * Helpers that every phase uses.
 */
#include "tool/context.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/pair.h"
#include "model/statement.h"
#include "sql/template.h"
#include "ui/log.h"

const char *
context_worker_name(Arena *arena, const Migration *migration)
{
    return arena_printf(arena, "pgswap worker %s", migration->id_text);
}

bool
context_open_pool(Context *context, Error *error)
{
    if (context->pool == NULL)
        context->pool = pool_open(context->loop, context->worker_params, "worker",
                                  context->settings->jobs, error);
    if (context->pool == NULL && error_is(error, "53300") && context->settings->jobs > 1)
        error_hint(error, "Each of the %d --jobs needs a connection; fewer do.",
                   (int)context->settings->jobs);
    return context->pool != NULL;
}

void
context_close_pool(Context *context)
{
    pool_close(context->pool);
    context->pool = NULL;
}

bool
context_may_go_on(const Context *context, Error *error)
{
    loop_turn(context->loop, 0); /* a signal that is here already counts */
    if (!loop_is_stopping(context->loop))
        return true;
    error_set(error, ERROR_STOPPED, "stopped at a safe point");
    context_explain_stop(context, error);
    return false;
}

/* What the server said of a cancelled statement, and where that was noticed, is of no use. */
static void
replace_cancelled(const Context *context, Error *error)
{
    bool at_once = loop_stop_state(context->loop) == LOOP_CANCELLED_AT_ONCE;
    const char *link = context->doing != NULL ? " while " : "";
    const char *doing = context->doing != NULL ? context->doing : "";

    error_clear(error);
    if (at_once)
        error_set(error, ERROR_STOPPED, "cancelled by a second signal%s%s", link, doing);
    else
        error_set(error, ERROR_STOPPED, "cancelled%s%s, %d s after the signal", link, doing,
                  LOOP_GRACE / 1000);
}

void
context_explain_stop(const Context *context, Error *error)
{
    const Migration *migration = context->migration;

    if (error->kind != ERROR_STOPPED || !loop_is_stopping(context->loop))
        return;
    if (error->sqlstate[0] != '\0')
        replace_cancelled(context, error);
    if (migration != NULL && migration->phase < PHASE_SWAPPED)
        error_hint(error, "Nothing is lost: the same command continues from here; \"pgswap "
                          "abort\" gives the migration up.");
    else
        error_hint(error, "Nothing is lost: the same command continues from here.");
}

void
context_say_waiting(Context *context, WaitingKind kind, const char *format, ...)
{
    Text text = {0};
    va_list args;

    if (!waiting_is_due(&context->waiting, kind, clock_ms()))
        return;
    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    log_info("%s", text_cstr(&text));
    text_clear(&text);
}

bool
context_note_waiting(Context *context, Told *told, const char *what, const char *who, Error *error)
{
    Text text = {0};
    bool ok;

    if (strcmp(told->who, who) == 0)
        return true;
    snprintf(told->who, sizeof(told->who), "%s", who);
    text_printf(&text, "%s: %s", what, who);
    ok = journal_note(context->control, context->migration, -1, text_cstr(&text), NULL, error);
    text_clear(&text);
    return ok;
}

bool
context_note_over(Context *context, Told *told, Error *error)
{
    if (told->who[0] == '\0')
        return true;
    told->who[0] = '\0';
    return journal_note(context->control, context->migration, -1, NULL, NULL, error);
}

bool
context_set_patience(Context *context, int64_t milliseconds, Error *error)
{
    if (!statement_do(context->control, error, "lock_timeout", "lock_timeout",
                      number(milliseconds).text, NULL))
        return false;
    context->patience = milliseconds;
    return true;
}

/* One of those given, with commas between them. */
static bool
is_pause_point(const Context *context, const char *point)
{
    const char *at = context->settings->pause_at;
    size_t length;

    for (; at != NULL && *at != '\0'; at += length + (at[length] == ','))
    {
        length = strcspn(at, ",");
        if (length == strlen(point) && strncmp(at, point, length) == 0)
            return true;
    }
    return false;
}

bool
context_pause_at(const Context *context, Conn *conn, const char *point, Error *error)
{
    return !is_pause_point(context, point) ||
           statement_do(conn, error, "pause_point", "point", point, "lock_timeout",
                        number(context->patience).text, NULL);
}

bool
context_begin_snapshot(const Context *context, const Pair *pair, Error *error)
{
    return pair_do(context->control, pair, error, "begin_snapshot", NULL) &&
           parameters_use(&context->migration->parameters, context->control, error) &&
           context_pause_at(context, context->control, "snapshot-begun", error);
}

const char *
context_pause_sql(const Context *context, Arena *arena, const char *point)
{
    Error ignored = ERROR_INIT;
    const char *sql = NULL;

    if (is_pause_point(context, point))
        sql = template_render(arena, "pause_point", &ignored, "point", point, "lock_timeout",
                              number(context->patience).text, NULL);
    error_clear(&ignored);
    return sql != NULL ? sql : "";
}
