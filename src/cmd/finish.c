/*
 * finish and abort: take away what is ours.  After the swap blue goes, before it green.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/command.h"
#include "model/pair.h"
#include "model/statement.h"
#include "swap/matviews.h"
#include "tool/durable.h"
#include "tool/guard.h"
#include "tool/polite.h"
#include "ui/log.h"
#include "ui/member.h"
#include "ui/progress.h"
#include "way/way.h"

static bool
drop_standby(Context *context, Error *error)
{
    for_each_pair (pair, context->migration)
    {
        if (!matviews_drop(context, pair, error) ||
            !pair_generate(context->control, pair, error, "blue_drop", NULL))
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

    if (context->migration->is_foreign)
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
capture_off(Context *context, const char *what, Error *error)
{
    PoliteTask task = {.what = what,
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

/* --keep, and the announcement of what is dropped. */
static bool
check_keep(Session *session, Error *error)
{
    Context *context = &session->context;
    char size[40], age[CLOCK_TEXT_SIZE];
    int64_t ago = 0, bytes = 0;

    for_each_pair (pair, context->migration)
    {
        const Result *result = pair_run(context->control, pair, error, "swap_age", NULL);

        if (result == NULL)
            return false;
        ago = result_get_int(result, 0, "age");
        bytes += result_get_int(result, 0, "bytes");
    }
    if (ago < session->options->keep)
    {
        error_set(error, ERROR_REFUSED, "the swap is only %s old", duration_format(age, ago));
        return error_hint(error, "--keep asks to wait longer before the old table is dropped.");
    }
    member_integer(session->report, "dropped_bytes", bytes);
    log_info("dropping the old table of %s, %s", context->migration->label,
             bytes_format(size, bytes));
    return true;
}

/* The table may have been given to another role since: then its triggers are not ours to take off.
 * *may_settle is false as well where they are off already and what is left is ours. */
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

static bool
check_rights(Context *context, bool *may_settle, Error *error)
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

static bool
tell_rest(const Target *target, Error *error)
{
    const char *migration = target->captured_by, *owner = target->not_ours;
    const char *end = strcmp(target->captured_colour, "green") == 0 ? "finish" : "abort";

    error_set(error, ERROR_REFUSED,
              "the capture triggers are off table %s; the rest of migration %s belongs to %s %s",
              target->label, migration, owner != NULL ? "role" : "schema",
              owner != NULL ? owner : target->captured_state);
    if (owner != NULL)
        return error_hint(error, "\"pgswap %s\" as that role removes it.", end);
    return error_hint(error,
                      "Its state is lost: drop the schemas pgswap_%s_blue and pgswap_%s_green.",
                      migration, migration);
}

/* By the owner of a table whose migration is another role's, or nobody's: what is on the table is
 * taken off. */
static bool
release_table(Session *session, Error *error)
{
    Context *context = &session->context;
    const Target *target = &session->target;
    bool ok;

    context->ignores_pause = true;
    context->migration = journal_foreign(context->arena, target->captured_by,
                                         target->captured_colour, target->oid, target->label);
    ok = target_lock(context->control, target, error) &&
         capture_off(context, "remove the capture triggers from", error);
    context->migration = NULL;
    return ok && tell_rest(target, error);
}

/* Nothing that the role may end by its state; what is on the table has to go all the same, where
 * this command is the one for it. */
static bool
may_release(const Session *session, const char *colour)
{
    const Target *target = &session->target;

    return target->may_release && strcmp(target->captured_colour, colour) == 0;
}

static bool
finish_once(Session *session, Error *error)
{
    Context *context = &session->context;
    bool may_settle;

    if (!session_find_migration(session, error))
    {
        if (may_release(session, "green"))
        {
            error_clear(error);
            return release_table(session, error);
        }
        if (error->kind != ERROR_FAULT || !session->target.is_over || session->target.is_aborted)
            return false;
        error_clear(error); /* it was finished before: the goal is reached */
        member_text(session->report, "migration", number(session->target.migration).text);
        member_text(session->report, "phase", phase_name(PHASE_FINISHED));
        return true;
    }
    if (context->migration->phase != PHASE_SWAPPED)
    {
        error_set(error, ERROR_REFUSED, "table %s is not swapped yet", context->migration->label);
        return error_hint(error,
                          "\"pgswap run\" swaps it, \"pgswap abort\" gives the migration up.");
    }
    if (!session_may_begin(session, error) || !guard_last_copy(context, error) ||
        !check_keep(session, error) || !check_rights(context, &may_settle, error) ||
        (may_settle && !way_settle(context, error)) ||
        !capture_off(context, "drop the old table of", error) ||
        !remove_all(context, PHASE_FINISHED, error) || !durable_wait(context, error))
        return false;
    log_info("finished: the old table of %s is dropped", context->migration->label);
    return true;
}

bool
finish_command(Session *session, Error *error)
{
    return session_retry(session, finish_once, error);
}

static bool
abort_once(Session *session, Error *error)
{
    Context *context = &session->context;
    const Target *target = &session->target;
    Error none = ERROR_INIT;
    bool may_settle;

    context->ignores_pause = true;
    if (!session_find_migration(session, &none))
    {
        /* a table without a migration, nothing to take back: the goal is reached */
        if (may_release(session, "blue"))
            (void)!release_table(session, error);
        else if (none.kind == ERROR_FAULT && target->oid != NULL &&
                 (target->migration == 0 || target->is_over))
            log_info("%s", none.message);
        else
            error_move(error, &none);
        error_clear(&none);
        return error->kind == ERROR_NONE;
    }
    if (context->migration->phase >= PHASE_SWAPPED)
    {
        error_set(error, ERROR_REFUSED, "table %s is swapped already: there is nothing to abort",
                  context->migration->label);
        return error_hint(error,
                          "\"pgswap revert\" swaps back, \"pgswap finish\" drops the old table.");
    }
    if (!guard_last_copy(context, error) || !check_rights(context, &may_settle, error) ||
        (may_settle && !way_settle(context, error)) ||
        !capture_off(context, "remove the capture triggers from", error) ||
        !remove_all(context, PHASE_ABORTED, error) || !durable_wait(context, error))
        return false;
    log_info("aborted: %s is unchanged, everything that pgswap made is removed",
             context->migration->label);
    return true;
}

bool
abort_command(Session *session, Error *error)
{
    return session_retry(session, abort_once, error);
}
