/*
 * verify: a parity pass now.
 */
#include "cmd/command.h"
#include "cmd/report.h"
#include "phase/parity.h"
#include "tool/signals.h"

static bool
have_mappings(const Migration *migration)
{
    for_each_pair (pair, migration)
        if (!pair->has_mapping)
            return false;
    return true;
}

static bool
verify_once(Session *session, Error *error)
{
    Context *context = &session->context;
    bool clean;

    if (!session_take_migration(session, error) || !signals_check(context, error))
        return false;
    if (context->migration->phase < PHASE_CATCHUP || context->migration->phase > PHASE_SWAPPED ||
        !have_mappings(context->migration))
    {
        error_set(error, ERROR_REFUSED, "there is nothing to compare in phase %s",
                  phase_name(context->migration->phase));
        return error_hint(error, "The tables can be compared from the end of the index phase on, "
                                 "after the swap if there is a way back.");
    }
    clean = parity_check(context, error);
    if (clean || error->kind == ERROR_PARITY)
        report_comparison(session, clean);
    return clean;
}

bool
verify_command(Session *session, Error *error)
{
    return session_retry(session, verify_once, error);
}
