/*
 * follow and revert: the way back.
 */
#include "phase/follow.h"
#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/summary.h"
#include "model/statement.h"
#include "ui/log.h"
#include "way/way.h"

static bool
check_swapped(const Context *context, Error *error)
{
    if (context->migration->phase != PHASE_SWAPPED)
    {
        error_set(error, ERROR_REFUSED, "table %s is not swapped", context->migration->label);
        return error_detail(error, "It is in phase %s.", phase_name(context->migration->phase));
    }
    if (context->migration->no_way_back == NULL)
        return true;
    error_set(error, ERROR_REFUSED, "the swap of %s has no way back", context->migration->label);
    error_detail(error, "Reason: %s.", context->migration->no_way_back);
    return error_hint(error, "\"pgswap finish\" drops the old table.");
}

static bool
follow_once(Session *session, Error *error)
{
    return session_take_migration(session, error) && check_swapped(&session->context, error) &&
           follow_run(&session->context, session->follow_until, error);
}

bool
follow_command(Session *session, Error *error)
{
    int64_t time = session->options->follow;

    session->follow_until = time > 0 ? clock_ms() + time : INT64_MAX;
    return session_retry(session, follow_once, error);
}

/* Swapped once and back in its old form: nothing is left to be reverted. */
static bool
is_reverted(Session *session, bool *reverted, Error *error)
{
    Context *context = &session->context;
    const Migration *migration = context->migration;
    const Result *result = statement_run(context->control, error, "swap_conditions", "migration",
                                         migration->id_text, NULL);

    *reverted = result != NULL && migration->phase == PHASE_READY && migration->live_is_blue &&
                result_get_bool(result, 0, "swapped_before");
    return result != NULL;
}

/* A line that was cut, or a program killed, around the COMMIT: the state says whether the revert
 * went through. */
static bool
revert_once(Session *session, Error *error)
{
    Context *context = &session->context;
    bool reverted;

    if (!session_take_migration(session, error) || !session_may_begin(session, error) ||
        !is_reverted(session, &reverted, error))
        return false;
    return (reverted || (check_swapped(context, error) && way_back(context, error))) &&
           way_settle(context, error);
}

bool
revert_command(Session *session, Error *error)
{
    if (!session_retry(session, revert_once, error))
        return false;
    if (session->context.summary.swap_attempts > 0)
        summary_print(session);
    else
        log_info("%s is reverted already: the old table is live",
                 session->context.migration->label);
    return true;
}
