/*
 * finish: after the swap the old table goes, and all that pgswap made.
 */
#include "cmd/command.h"
#include "cmd/report.h"
#include "tool/guard.h"
#include "ui/log.h"
#include "way/undo.h"
#include "way/way.h"

/* Nothing that the role may finish: what is on the table goes all the same, where this command is
 * the one for it. */
static bool
finish_unknown(Session *session, Error *error)
{
    const Target *target = &session->target;

    if (undo_may_release(target, PHASE_FINISHED))
    {
        error_clear(error);
        return undo_release(&session->context, target, error);
    }
    if (error->kind != ERROR_FAULT || !target->is_over || target->is_aborted)
        return false;
    error_clear(error); /* it was finished before: the goal is reached */
    report_finished_before(session);
    return true;
}

/* --keep, and the announcement of what is dropped. */
static bool
may_drop(Session *session, Error *error)
{
    int64_t bytes;

    if (!undo_check_age(&session->context, session->options->keep, &bytes, error))
        return false;
    report_drop(session, bytes);
    return true;
}

static bool
finish_once(Session *session, Error *error)
{
    Context *context = &session->context;
    bool may_settle;

    if (!session_find_migration(session, error))
        return finish_unknown(session, error);
    if (context->migration->phase != PHASE_SWAPPED)
    {
        error_set(error, ERROR_REFUSED, "table %s is not swapped yet", context->migration->label);
        return error_hint(error,
                          "\"pgswap run\" swaps it, \"pgswap abort\" gives the migration up.");
    }
    if (!session_may_begin(session, error) || !guard_last_copy(context, error) ||
        !may_drop(session, error) || !undo_check_rights(context, &may_settle, error) ||
        (may_settle && !way_settle(context, error)) || !undo_run(context, PHASE_FINISHED, error))
        return false;
    log_info("finished: the old table of %s is dropped", context->migration->label);
    return true;
}

bool
finish_command(Session *session, Error *error)
{
    return session_retry(session, finish_once, error);
}
