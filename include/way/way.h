/*
 * The way of a migration: what is done in each of its phases, and before the first and after the
 * last, is one table at the head of src/way/way.c.  Commands go along it; nobody else runs a phase.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "model/journal.h"
#include "tool/context.h"

/*
 * Goes on from where the migration stands through the phase that is given: PHASE_BUILD for
 * context->order, where there is no migration yet; PHASE_VERIFY until it is ready to be swapped;
 * PHASE_SWAPPED through the swap and what it leaves for afterwards.  Nothing is left to be done
 * where it stands behind that.
 */
bool way_run(Context *context, Phase last, Error *error) ERROR_MUST_CHECK;

/* The way back: the swap, from the phase after it. */
bool way_back(Context *context, Error *error) ERROR_MUST_CHECK;

/* What the swap before left for afterwards, whichever phase came of it. */
bool way_settle(Context *context, Error *error) ERROR_MUST_CHECK;
