/*
 * Whether there is a way back.
 */
#include "cmd/wayback.h"

bool
wayback_check(const Context *context, Error *error)
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
