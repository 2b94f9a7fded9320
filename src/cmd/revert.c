/*
 * revert: the swap back.
 */
#include "cmd/command.h"
#include "cmd/report.h"
#include "cmd/wayback.h"
#include "model/statement.h"
#include "ui/log.h"
#include "way/way.h"

/* Swapped once and back in its old form: nothing is left to be reverted. */
static bool
ask_reverted(Session *session, bool *reverted, Error *error)
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
        !ask_reverted(session, &reverted, error))
        return false;
    return (reverted || (wayback_check(context, error) && way_back(context, error))) &&
           way_settle(context, error);
}

bool
revert_command(Session *session, Error *error)
{
    if (!session_retry(session, revert_once, error))
        return false;
    if (session->context.summary.swap_attempts > 0)
        report_summary(session);
    else
        log_info("%s is reverted already: the old table is live",
                 session->context.migration->label);
    return true;
}
