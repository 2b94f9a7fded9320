/*
 * The way in and out; the functions' bodies are in templates/dual.
 */
#include "tool/dual.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/pair.h"
#include "model/statement.h"
#include "ui/log.h"

enum
{
    EXTEND_AFTER = 10000, /* ms; a third of … */
    LEAVE_WITHIN = 10000, /* ms to wait for transactions that may still write both tables */
    LEAVE_LOOK = 50,      /* ms between looks at them */
};

static const char LASTING[] = "30s"; /* how long capture writes both tables, unless extended */

/* The most rows of a statement that are written to both tables; of more the keys are logged: nobody
 * pays for a mass update twice. */
static const char ROWS_MAX[] = "1000";

typedef struct Event
{
    const char *name;
    const char *body; /* template */
    bool by_row;      /* of the capture of rows; else of statements */
    bool assigns;     /* it needs the assignments of an UPDATE */
} Event;

static const Event events[] = {
    {"insert", "dual_insert", false, false},
    {"update", "dual_update", false, true},
    {"delete", "dual_delete", false, false},
    {"row", "dual_row", true, true},
};

/* What the bodies for a pair are made of, see dual_facts.sql. */
typedef struct Facts
{
    Arena *arena;
    const Pair *pair;
    const char *mode;
    const char *with; /* what makes transition tables of one row, or "" */
    char *assignments;
    char *unchanged;
    char *immediate;
    char *draws;
    char *until;
    const char *parameters; /* as SET clauses */
} Facts;

const char *
dual_capture_mode(Context *context, const Pair *pair, Error *error)
{
    const Result *result = pair_run(context->control, pair, error, "capture_mode", "row_capture",
                                    context->settings->row_capture ? "true" : "false", NULL);

    return result == NULL ? NULL : arena_strdup(context->arena, result_get(result, 0, "mode"));
}

bool
dual_log_only(Context *context, const Pair *pair, Error *error)
{
    const char *mode = dual_capture_mode(context, pair, error);

    return mode != NULL &&
           pair_generate(context->control, pair, error, "capture_functions", "mode", mode, NULL);
}

static bool
read_dual_facts(Context *context, Facts *facts, Error *error)
{
    const Result *result;
    Arena *arena = facts->arena;

    facts->mode = dual_capture_mode(context, facts->pair, error);
    if (facts->mode == NULL)
        return false;
    facts->with = strcmp(facts->mode, "row") == 0
                      ? pair_render(arena, facts->pair, error, "dual_row_tables", NULL)
                      : "";
    result = pair_run(context->control, facts->pair, error, "dual_facts", "lasting", LASTING, NULL);
    if (facts->with == NULL || result == NULL)
        return false;
    facts->assignments = arena_strdup(arena, result_get(result, 0, "assignments"));
    facts->unchanged = arena_strdup(arena, result_get(result, 0, "unchanged"));
    facts->immediate = arena_strdup(arena, result_get(result, 0, "immediate"));
    facts->draws = arena_strdup(arena, result_get(result, 0, "draws"));
    facts->until = arena_strdup(arena, result_get(result, 0, "until"));
    facts->parameters = context->migration->parameters.clauses;
    return true;
}

/* NULL on failure. */
static const char *
render_body(const Facts *f, const Event *event, Error *error)
{
    if (event->assigns)
        return pair_render(f->arena, f->pair, error, event->body, "with", f->with, "limit",
                           ROWS_MAX, "until", f->until, "immediate", f->immediate, "assignments",
                           f->assignments, "unchanged", f->unchanged, NULL);
    return pair_render(f->arena, f->pair, error, event->body, "with", f->with, "limit", ROWS_MAX,
                       "until", f->until, "immediate", f->immediate, NULL);
}

static bool
replace_function(Context *context, const Facts *facts, const char *event, const char *body,
                 Error *error)
{
    const char *name = arena_printf(facts->arena, "%s_%s",
                                    pair_word(facts->arena, facts->pair, "function"), event);

    return body != NULL && statement_do(context->control, error, "dual_function", "name", name,
                                        "parameters", facts->parameters, "body", body, NULL);
}

static bool
replace_functions(Context *context, const Facts *facts, Error *error)
{
    bool by_row = strcmp(facts->mode, "row") == 0;

    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        if (events[i].by_row == by_row &&
            !replace_function(context, facts, events[i].name, render_body(facts, &events[i], error),
                              error))
            return false;
    return replace_function(context, facts, "truncate",
                            pair_render(facts->arena, facts->pair, error, "dual_truncate", "until",
                                        facts->until, "immediate", "", NULL),
                            error);
}

static bool
note_dual(Context *context, bool on, Error *error)
{
    const Migration *migration = context->migration;

    return statement_do(context->control, error, "dual_note", "on", on ? "true" : "false",
                        "migration", migration->id_text, "epoch", migration->epoch, NULL);
}

static void
say_why_not(const Context *context, const Facts *facts)
{
    const char *custom = context->migration->parameters.custom;

    if (custom != NULL)
        log_note(
            "the last changes to %s are applied under the lock: values may depend on parameter "
            "%s, which a function may not set",
            facts->pair->live, custom);
    else
        log_note("the last changes to %s are applied under the lock: values of column %s are drawn "
                 "from a sequence",
                 facts->pair->live, facts->draws != NULL ? facts->draws : "?");
}

/* *allowed: the application would notice nothing of it. */
static bool
begin_pair(Context *context, const Pair *pair, bool *allowed, Error *error)
{
    Facts facts = {.arena = arena_new(), .pair = pair};
    bool ok = read_dual_facts(context, &facts, error);

    *allowed = ok && facts.draws == NULL && facts.assignments != NULL &&
               context->migration->parameters.custom == NULL;
    if (ok && !*allowed && waiting_is_due(&context->waiting, WAITING_DUAL, clock_ms()))
        say_why_not(context, &facts);
    if (*allowed)
        ok = replace_functions(context, &facts, error);
    arena_free(facts.arena);
    return ok;
}

static bool
begin_all(Context *context, bool *allowed, Error *error)
{
    *allowed = true;
    if (!statement_do(context->control, error, "functions_begin", "migration",
                      context->migration->id_text, NULL))
        return false;
    for_each_pair (pair, context->migration)
        if (*allowed && !begin_pair(context, pair, allowed, error))
            return false;
    return !*allowed || (note_dual(context, true, error) &&
                         statement_do(context->control, error, "commit", NULL));
}

bool
dual_begin(Context *context, Error *error)
{
    bool allowed;

    if (context->settings->dual_write == DUAL_WRITE_OFF || context->writes_both)
        return dual_keep(context, error);
    if (!begin_all(context, &allowed, error))
    {
        statement_rollback(context->control);
        return error_context(error, "replacing the capture functions");
    }
    if (!allowed)
    {
        statement_rollback(context->control);
        return true;
    }
    context->migration->dual_write = true;
    context->writes_both = true;
    context->dual_writers = NULL;
    context->dual_at = clock_ms();
    return context_pause_at(context, context->control, "dual-begun", error);
}

bool
dual_keep(Context *context, Error *error)
{
    Error failure = ERROR_INIT;
    bool ok;

    if (!context->writes_both || clock_ms() - context->dual_at < EXTEND_AFTER)
        return true;
    ok = statement_do(context->control, &failure, "dual_extend", "lasting", LASTING, "migration",
                      context->migration->id_text, NULL);
    if (!ok && !error_is_passing(&failure)) /* somebody stops it at this moment */
    {
        error_move(error, &failure);
        return false;
    }
    error_clear(&failure);
    context->dual_at = clock_ms();
    return true;
}

bool
dual_stop(Context *context, Error *error)
{
    return statement_do(context->control, error, "dual_stop", "migration",
                        context->migration->id_text, NULL);
}

static bool
end_all(Context *context, Error *error)
{
    if (!statement_do(context->control, error, "functions_begin", "migration",
                      context->migration->id_text, NULL))
        return false;
    for_each_pair (pair, context->migration)
        if (!dual_log_only(context, pair, error))
            return false;
    return statement_do(context->control, error, "commit", NULL);
}

/* Those of among, or NULL for all; *transactions is NULL when there is none. */
static bool
find_writers(Context *context, const char *among, char **transactions, Error *error)
{
    const Result *result = statement_run(context->control, error, "dual_writers", "relations",
                                         context->migration->live_oids, "among", among, NULL);

    if (result == NULL)
        return false;
    *transactions = arena_strdup(context->arena, result_get(result, 0, "transactions"));
    if (*transactions != NULL && among != NULL)
        context_say_waiting(context, WAITING_DUAL,
                            "waiting for transactions that write to %s to end (%s)",
                            context->migration->label, result_get(result, 0, "who"));
    return true;
}

/* Until all have ended that wrote to live when the functions were replaced, or so long. */
static bool
wait_for_writers(Context *context, int64_t milliseconds, Error *error)
{
    int64_t until = clock_ms() + milliseconds;
    char **writers = &context->dual_writers;

    while (*writers != NULL)
    {
        if (!find_writers(context, *writers, writers, error))
            return false;
        if (clock_ms() >= until || loop_is_stopping(context->loop))
            break;
        if (*writers != NULL)
            loop_sleep(context->loop, LEAVE_LOOK);
    }
    return true;
}

/* From here on no statement that begins writes both tables. */
static bool
replace_by_log(Context *context, Error *error)
{
    if (!end_all(context, error))
    {
        statement_rollback(context->control);
        return error_context(error, "replacing the capture functions");
    }
    context->writes_both = false;
    return context_pause_at(context, context->control, "dual-ended", error) &&
           find_writers(context, NULL, &context->dual_writers, error);
}

bool
dual_end(Context *context, Error *error)
{
    bool again = context->dual_writers != NULL;

    if (!context->migration->dual_write)
        return true;
    if ((!again && !replace_by_log(context, error)) ||
        !wait_for_writers(context, again ? 0 : LEAVE_WITHIN, error))
        return false;
    if (context->dual_writers != NULL)
        return true;
    context->migration->dual_write = !note_dual(context, false, error);
    return !context->migration->dual_write;
}
