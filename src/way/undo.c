/*
 * Capture first, alone in a short transaction; then everything else in one.
 */
#include "way/undo.h"

#include <string.h>

#include "base/clock.h"
#include "model/pair.h"
#include "model/statement.h"
#include "swap/matviews.h"
#include "tool/dual.h"
#include "tool/durable.h"
#include "tool/polite.h"

static bool
drop_standby(Context *context, Error *error)
{
    for_each_pair (pair, context->migration)
    {
        if (!matviews_drop(context, pair, error) ||
            !pair_generate(context->control, pair, error, "standby_drop", NULL))
            return false;
    }
    return true;
}

/* What would keep standby from being dropped is met while capture is still on.  Another role's
 * standby is left to it. */
static bool
rehearse(Context *context, Error *error)
{
    bool ok;

    if (context->migration->is_foreign || context->migration->dual_write)
        return true;
    ok = statement_do(context->control, error, "begin", NULL) && drop_standby(context, error);
    statement_rollback(context->control);
    return ok;
}

/* The part that needs live, alone in its transaction.  Who goes on from here finds capture gone,
 * and no way but that of this command. */
static bool
attempt_capture_off(Context *context, void *data, Error *error)
{
    const Migration *migration = context->migration;

    (void)data;
    if (!polite_begin(context, migration->live_oids, error))
        return false;
    for_each_pair (pair, migration)
        if (!pair_generate(context->control, pair, error, "capture_drop", NULL))
            return false;
    return (migration->phase != PHASE_SWAPPED ||
            statement_do(context->control, error, "migration_no_way_back", "reason",
                         "pgswap finish has begun and taken capture off the table", "migration",
                         migration->id_text, NULL)) &&
           statement_do(context->control, error, "commit", NULL);
}

static bool
capture_off(Context *context, Phase end, Error *error)
{
    PoliteTask task = {.what = end == PHASE_FINISHED ? "drop the old table of"
                                                     : "remove the capture triggers from",
                       .relations = context->migration->live_oids,
                       .deadline = context->settings->swap_deadline,
                       .attempt = attempt_capture_off};

    return statement_do(context->control, error, "stray_workers", "migration",
                        context->migration->id_text, NULL) &&
           rehearse(context, error) && polite_run(context, &task, error) &&
           context_pause_at(context, context->control, "capture-off", error);
}

/* The standby tables, the logs and our schemas. */
static bool
remove_objects(Context *context, Error *error)
{
    return drop_standby(context, error) &&
           statement_generate(context->control, error, "log_drop", "migration",
                              context->migration->id_text, "colour", "(blue|green)", NULL);
}

/* The row of the migration stays, and what became of it. */
static bool
remove_all(Context *context, Phase end, Error *error)
{
    Conn *conn = context->control;
    Migration *migration = context->migration;
    Phase before = migration->phase;

    if (statement_do(conn, error, "begin", NULL) && remove_objects(context, error) &&
        journal_move(conn, migration, end, error) &&
        statement_do(conn, error, "migration_finish", "migration", migration->id_text, NULL) &&
        statement_do(conn, error, "commit", NULL))
        return true;
    migration->phase = before;
    return false;
}

static bool
check_pair_rights(Context *context, const Pair *pair, bool *may_settle, Error *error)
{
    const Result *rights = pair_run(context->control, pair, error, "capture_rights", NULL);

    if (rights == NULL)
        return false;
    *may_settle = result_rows(rights) == 0 || result_get_bool(rights, 0, "may");
    if (*may_settle || !result_get_bool(rights, 0, "captured"))
        return true;
    error_set(error, ERROR_REFUSED,
              "table %s belongs to role %s now, and role %s may not take the capture triggers off",
              pair->live, result_get(rights, 0, "owner"), result_get(rights, 0, "role"));
    return error_hint(
        error,
        "Run \"pgswap %s\" as a member of both roles or a superuser; or first as role "
        "%s, which takes the triggers off, and then as role %s.",
        journal_end(context->migration), result_get(rights, 0, "owner"),
        result_get(rights, 0, "role"));
}

bool
undo_check_rights(Context *context, bool *may_settle, Error *error)
{
    *may_settle = true;
    for_each_pair (pair, context->migration)
    {
        bool may;

        if (!check_pair_rights(context, pair, &may, error))
            return false;
        *may_settle = *may_settle && may;
    }
    return true;
}

bool
undo_may_release(const Target *target, Phase end)
{
    return target->may_release &&
           strcmp(target->captured_colour, end == PHASE_FINISHED ? "green" : "blue") == 0;
}

static bool
tell_rest(const Target *target, Error *error)
{
    const char *migration = target->captured_by, *owner = target->not_ours;

    error_set(error, ERROR_REFUSED,
              "the capture triggers are off table %s; the rest of migration %s belongs to %s %s",
              target->label, migration, owner != NULL ? "role" : "schema",
              owner != NULL ? owner : target->captured_state);
    if (owner != NULL)
        return error_hint(error, "\"pgswap %s\" as that role removes it.", target_end(target));
    return error_hint(error,
                      "Its state is lost: drop the schemas pgswap_%s_blue and pgswap_%s_green.",
                      migration, migration);
}

bool
undo_release(Context *context, const Target *target, Error *error)
{
    bool ok;

    context->ignores_pause = true;
    context->migration = journal_foreign(context->arena, target->captured_by,
                                         target->captured_colour, target->oid, target->label);
    ok = target_lock(context->control, target, error) && capture_off(context, PHASE_ABORTED, error);
    context->migration = NULL;
    return ok && tell_rest(target, error);
}

bool
undo_run(Context *context, Phase end, Error *error)
{
    return dual_end(context, error) && capture_off(context, end, error) &&
           remove_all(context, end, error) && durable_wait(context, error);
}

bool
undo_check_age(Context *context, int64_t keep, int64_t *bytes, Error *error)
{
    char age[CLOCK_TEXT_SIZE];
    int64_t ago = 0;

    *bytes = 0;
    for_each_pair (pair, context->migration)
    {
        const Result *result = pair_run(context->control, pair, error, "swap_age", NULL);

        if (result == NULL)
            return false;
        ago = result_get_int(result, 0, "age");
        *bytes += result_get_int(result, 0, "bytes");
    }
    if (ago >= keep)
        return true;
    error_set(error, ERROR_REFUSED, "the swap is only %s old", duration_format(age, ago));
    return error_hint(error, "--keep asks to wait longer before the old table is dropped.");
}
