/*
 * abort: before the swap, the migration is given up, and all that pgswap made goes.
 */
#include "cmd/command.h"
#include "tool/guard.h"
#include "ui/log.h"
#include "way/undo.h"
#include "way/way.h"

/* A table without a migration, nothing to take back: the goal is reached. */
static bool
abort_unknown(Session *session, Error *error)
{
    const Target *target = &session->target;

    if (undo_may_release(target, PHASE_ABORTED))
    {
        error_clear(error);
        return undo_release(&session->context, target, error);
    }
    if (error->kind != ERROR_FAULT || target->oid == NULL ||
        (target->migration != 0 && !target->is_over))
        return false;
    log_info("%s", error->message);
    error_clear(error);
    return true;
}

static bool
abort_once(Session *session, Error *error)
{
    Context *context = &session->context;
    bool may_settle;

    context->ignores_pause = true;
    if (!session_find_migration(session, error))
        return abort_unknown(session, error);
    if (context->migration->phase >= PHASE_SWAPPED)
    {
        error_set(error, ERROR_REFUSED, "table %s is swapped already: there is nothing to abort",
                  context->migration->label);
        return error_hint(error,
                          "\"pgswap revert\" swaps back, \"pgswap finish\" drops the old table.");
    }
    if (!guard_last_copy(context, error) || !undo_check_rights(context, &may_settle, error) ||
        (may_settle && !way_settle(context, error)) || !undo_run(context, PHASE_ABORTED, error))
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
