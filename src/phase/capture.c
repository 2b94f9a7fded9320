/*
 * Capture: change log and triggers on live.  Creating a trigger waits for open writers and makes
 * new ones wait, so the triggers come in one short polite attempt, together with the move of the
 * state.
 */
#include <string.h>

#include "model/home.h"
#include "model/statement.h"
#include "model/table.h"
#include "phase/phases.h"
#include "phase/polite.h"
#include "ui/log.h"

/* "statement" or "row"; NULL on failure. */
static const char *
mode_for(Context *context, const Pair *pair, Error *error)
{
    const Result *result =
        statement_run(context->control, error, "capture_mode", "blue", pair->blue, "green",
                      pair->green, "migration", pair->migration->id_text, "row_capture",
                      context->settings->row_capture ? "true" : "false", NULL);

    return result == NULL ? NULL : arena_strdup(context->arena, result_get(result, 0, "mode"));
}

static bool
make_log(Context *context, const Pair *pair, Error *error)
{
    Conn *conn = context->control;
    const char *mode = mode_for(context, pair, error);

    return mode != NULL &&
           statement_do(conn, error, "log_create", "log", pair->log, "dirty", pair->dirty,
                        "applied", pair->applied, "columns", pair->key_definitions, "keys",
                        pair->keys, NULL) &&
           statement_do(conn, error, "alive_create", "alive", pair->alive, NULL) &&
           statement_generate(conn, error, "capture_functions", "function", pair->function, "log",
                              pair->log, "keys", pair->keys, "new_keys", pair->new_keys, "old_keys",
                              pair->old_keys, "row_new", pair->row_new, "row_old", pair->row_old,
                              "mode", mode, NULL);
}

static bool
make_kept(Context *context, const Pair *pair, Error *error)
{
    char *oid;

    if (pair->kept == NULL)
        return true;
    return table_oid(context->control, context->arena, template_state(),
                     strchr(pair->kept, '.') + 1, &oid, error) &&
           (oid != NULL ||
            statement_do(context->control, error, "kept_create", "kept", pair->kept, "columns",
                         pair->kept_definitions, "keys", pair->kept_keys, NULL));
}

bool
capture_make_logs(Context *context, const Migration *migration, Error *error)
{
    for (int i = 0; i < migration->pair_count; i++)
    {
        const Pair *pair = &migration->pairs[i];
        char *oid;

        if (!pair->has_mapping)
            continue;
        if (!table_oid(context->control, context->arena, template_state(),
                       strchr(pair->log, '.') + 1, &oid, error) ||
            (oid == NULL && !make_log(context, pair, error)) || !make_kept(context, pair, error))
            return error_context(error, "creating the change log");
    }
    return home_own(context->control, error);
}

bool
capture_collect(Context *context, const Pair *pair, StatementList *list, Error *error)
{
    const char *mode = mode_for(context, pair, error);

    return mode != NULL &&
           statement_collect(context->control, context->arena, list, error, "capture_triggers",
                             "trigger", pair->trigger, "live", pair->live, "function",
                             pair->function, "mode", mode, NULL);
}

static bool
attempt(Context *context, void *data, Error *error)
{
    Migration *migration = context->migration;
    Conn *conn = context->control;

    (void)data;
    if (!polite_begin(context, context->migration->pairs[0].live_oid, error) ||
        !capture_make_logs(context, migration, error))
        return false;
    for (int i = 0; i < migration->pair_count; i++)
    {
        StatementList triggers;

        if (!capture_collect(context, &migration->pairs[i], &triggers, error) ||
            !statement_list_run(conn, &triggers, error))
            return false;
    }
    return journal_move_and_commit(conn, migration, PHASE_COPY, error);
}

static bool
again_pair(Context *context, const Pair *pair, Error *error)
{
    Conn *conn = context->control;
    StatementList triggers;

    return statement_generate(conn, error, "capture_drop", "trigger", pair->trigger, "relations",
                              pair->live_oid, NULL) &&
           capture_collect(context, pair, &triggers, error) &&
           statement_list_run(conn, &triggers, error) &&
           statement_do(conn, error, "alive_again", "alive", pair->alive, NULL) &&
           statement_generate(conn, error, "green_strip", "green", pair->standby_oid, "live",
                              pair->live_oid, NULL) &&
           statement_do(conn, error, "object_reset", "migration", pair->migration->id_text, "pair",
                        number(pair->number).text, NULL) &&
           statement_do(conn, error, "copy_restart", "standby", pair->standby, "migration",
                        pair->migration->id_text, "pair", number(pair->number).text, "reason",
                        "the capture triggers were disabled", "epoch", pair->migration->epoch,
                        NULL);
}

static bool
attempt_again(Context *context, void *data, Error *error)
{
    Migration *migration = context->migration;

    (void)data;
    if (!polite_begin(context, context->migration->pairs[0].live_oid, error))
        return false;
    for (int i = 0; i < migration->pair_count; i++)
        if (!again_pair(context, &migration->pairs[i], error))
            return false;
    return journal_move_and_commit(context->control, migration, PHASE_COPY, error);
}

bool
capture_again(Context *context, Error *error)
{
    PoliteTask task = {.what = "reinstall the capture triggers on",
                       .relations = context->migration->pairs[0].live_oid,
                       .deadline = context->settings->swap_deadline,
                       .attempt = attempt_again};

    log_warning(
        "the capture triggers on %s were dropped or disabled, or a crash emptied the unlogged new "
        "table; the copy starts again",
        context->migration->pairs[0].live);
    return polite_run(context, &task, error);
}

static bool
between(Context *context, void *data, Error *error)
{
    (void)data;
    return guard_look(context, context->control, error);
}

bool
capture_run(Context *context, Error *error)
{
    PoliteTask task = {.what = "install the capture triggers on",
                       .relations = context->migration->pairs[0].live_oid,
                       .readers_pass = true,
                       .deadline = context->settings->swap_deadline,
                       .attempt = attempt,
                       .between = between};

    return polite_run(context, &task, error) &&
           context_pause_at(context, context->control, "capture-ready", error);
}
