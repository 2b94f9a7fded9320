/*
 * Capture: change log and triggers on live.  Creating a trigger waits for open writers and makes
 * new ones wait, so the triggers come in one short polite attempt, together with the move of the
 * state.
 */
#include "phase/capture.h"

#include <string.h>

#include "model/home.h"
#include "model/pair.h"
#include "model/statement.h"
#include "model/table.h"
#include "tool/dual.h"
#include "tool/guard.h"
#include "tool/polite.h"
#include "ui/log.h"

static bool
make_log(Context *context, const Pair *pair, Error *error)
{
    return pair_do(context->control, pair, error, "log_create", NULL) &&
           pair_do(context->control, pair, error, "set_create", NULL) &&
           pair_do(context->control, pair, error, "alive_create", NULL);
}

static bool
make_kept(Context *context, const Pair *pair, Error *error)
{
    char *oid;

    if (!pair_keeps(pair))
        return true;
    return table_oid(context->control, context->arena, template_state(),
                     strchr(pair_word(context->arena, pair, "kept"), '.') + 1, &oid, error) &&
           (oid != NULL || pair_do(context->control, pair, error, "kept_create", NULL));
}

bool
capture_make_logs(Context *context, const Migration *migration, Error *error)
{
    for_each_pair (pair, migration)
    {
        char *oid;

        if (!pair->has_mapping)
            continue;
        if (!table_oid(context->control, context->arena, template_state(),
                       strchr(pair_word(context->arena, pair, "log"), '.') + 1, &oid, error) ||
            (oid == NULL && !make_log(context, pair, error)) ||
            !dual_log_only(context, pair, error) || !make_kept(context, pair, error))
            return error_context(error, "creating the change log");
    }
    return home_own(context->control, error);
}

bool
capture_collect(Context *context, const Pair *pair, StatementList *list, Error *error)
{
    const char *mode = dual_capture_mode(context, pair, error);

    return mode != NULL && pair_collect(context->control, context->arena, pair, list, error,
                                        "capture_triggers", "mode", mode, NULL);
}

static bool
install_attempt(Context *context, void *data, Error *error)
{
    Migration *migration = context->migration;
    Conn *conn = context->control;

    (void)data;
    if (!polite_begin(context, context->migration->live_oids, error) ||
        !capture_make_logs(context, migration, error))
        return false;
    for_each_pair (pair, migration)
    {
        StatementList triggers;

        if (!capture_collect(context, pair, &triggers, error) ||
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

    return pair_generate(conn, pair, error, "capture_drop", NULL) &&
           dual_log_only(context, pair, error) &&
           capture_collect(context, pair, &triggers, error) &&
           statement_list_run(conn, &triggers, error) &&
           pair_do(conn, pair, error, "alive_again", NULL) &&
           pair_generate(conn, pair, error, "green_strip", NULL) &&
           pair_do(conn, pair, error, "object_reset", NULL) &&
           pair_do(conn, pair, error, "copy_restart", "reason",
                   "the capture triggers were disabled", NULL);
}

static bool
attempt_again(Context *context, void *data, Error *error)
{
    Migration *migration = context->migration;

    (void)data;
    if (!polite_begin(context, context->migration->live_oids, error))
        return false;
    for_each_pair (pair, migration)
        if (!again_pair(context, pair, error))
            return false;
    context->writes_both = false;
    return journal_move_and_commit(context->control, migration, PHASE_COPY, error);
}

bool
capture_again(Context *context, const Pair *lost, Error *error)
{
    PoliteTask task = {.what = "reinstall the capture triggers on",
                       .relations = context->migration->live_oids,
                       .deadline = context->settings->swap_deadline,
                       .attempt = attempt_again};

    log_warning(
        "the capture triggers on %s were dropped or disabled, or a crash emptied the unlogged new "
        "table; the copy starts again",
        lost->live);
    return polite_run(context, &task, error);
}

static bool
install_between(Context *context, void *data, Error *error)
{
    (void)data;
    return guard_look(context, context->control, error);
}

bool
capture_run(Context *context, Error *error)
{
    PoliteTask task = {.what = "install the capture triggers on",
                       .relations = context->migration->live_oids,
                       .readers_pass = true,
                       .deadline = context->settings->swap_deadline,
                       .attempt = install_attempt,
                       .between = install_between};

    return polite_run(context, &task, error);
}
