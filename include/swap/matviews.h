/*
 * Materialized views over live, built over standby before the swap, which then moves them: nobody
 * finds them empty.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Builds them in standby's schema, with the views between and what belongs to them, as of now; what
 * an earlier attempt left there goes first.  *built is false where there are none, or where they
 * have to be made in the swap and refreshed after it. */
bool matviews_build(Context *context, const Pair *pair, bool *built, Error *error) ERROR_MUST_CHECK;

/* Takes away what stands there. */
bool matviews_drop(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;
