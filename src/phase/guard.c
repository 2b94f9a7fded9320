/*
 * Guard: live is still what it was when the migration began, and capture is on it.
 */
#include "model/fingerprint.h"
#include "model/statement.h"
#include "phase/phases.h"

static bool
check_fingerprint(Context *context, const Pair *pair, Error *error)
{
    return description_require(context->control, pair->live_oid, pair->schema, &pair->fingerprint,
                               error, "table %s was altered since the migration began",
                               pair->live) ||
           (error->kind == ERROR_CHANGED &&
            error_hint(error, "Undo the alteration and run the same command again, or \"pgswap "
                              "abort\" and begin anew."));
}

bool
guard_check(Context *context, bool *whole, Error *error)
{
    *whole = true;
    for (int i = 0; i < context->migration->pair_count; i++)
    {
        const Pair *pair = &context->migration->pairs[i];
        const Result *result;

        if (!check_fingerprint(context, pair, error))
            return false;
        result = statement_run(context->control, error, "capture_state", "standby",
                               pair->standby_oid, "alive", pair->alive, "trigger", pair->trigger,
                               "live", pair->live_oid, NULL);
        if (result == NULL)
            return false;
        *whole = *whole && result_get_bool(result, 0, "whole");
    }
    return true;
}
