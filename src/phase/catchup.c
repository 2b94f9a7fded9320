/*
 * Catch up: pending keys are applied in rounds until so few are left that the swap can drain them.
 */
#include "phase/catchup.h"

#include "tool/pending.h"

bool
catchup_run(Context *context, Error *error)
{
    return pending_catch_up(context, error) &&
           journal_move(context->control, context->migration, PHASE_VERIFY, error);
}
