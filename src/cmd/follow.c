/*
 * follow and revert: the way back.
 */
#include "cmd/command.h"
#include "cmd/summary.h"
#include "phase/phases.h"

static bool
take_swapped(Session *session, Error *error)
{
    const Context *context = &session->context;

    if (!session_take_migration(session, error))
        return false;
    if (context->migration->phase != PHASE_SWAPPED)
    {
        error_set(error, ERROR_REFUSED, "table %s is not swapped",
                  context->migration->pairs[0].live);
        return error_detail(error, "It is in phase %s.", phase_name(context->migration->phase));
    }
    if (context->migration->no_way_back == NULL)
        return true;
    error_set(error, ERROR_REFUSED, "there is no way back for table %s",
              context->migration->pairs[0].live);
    error_detail(error, "%s.", context->migration->no_way_back);
    return error_hint(error, "\"pgswap finish\" drops the old table.");
}

static bool
follow_once(Session *session, Error *error)
{
    return take_swapped(session, error) &&
           follow_run(&session->context, session->options->follow, error);
}

bool
follow_command(Session *session, Error *error)
{
    return session_retry(session, follow_once, error);
}

/* A line that was cut around the COMMIT: the state says whether the revert went through. */
static bool
revert_once(Session *session, Error *error)
{
    Context *context = &session->context;

    if (context->summary.swap_attempts == 0)
        return take_swapped(session, error) && swap_run(context, error) &&
               settle_run(context, error);
    return session_take_migration(session, error) &&
           (context->migration->phase == PHASE_READY || swap_run(context, error)) &&
           settle_run(context, error);
}

bool
revert_command(Session *session, Error *error)
{
    if (!session_retry(session, revert_once, error))
        return false;
    summary_print(session);
    return true;
}
