/*
 * The drain: what is pending when the lock is there is applied under it, while the application
 * waits.
 *
 * So it has to be little.  What comes while an attempt waits for old snapshots is applied in
 * rounds, each shorter than the one before if keys are applied faster than they come.  An attempt
 * that still finds more than could be applied in 15 ms gives way, before the lock is asked for or
 * as soon as it is there; the rest is applied while everybody works, and the next attempt finds
 * less.  Each time that happens the next attempt may take twice as long, up to half of
 * --max-lock-hold, so that a table on which much is always under way is swapped, too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "phase/context.h"

typedef struct Drain
{
    int refusals; /* attempts that gave way under the lock */
    int early;    /* … before it was asked for, which cost nobody anything */
    int64_t keys; /* that the last attempt applied under the lock */
    bool late;    /* the last attempt applied keys after it had waited for old snapshots */
} Drain;

/* Forgets the last attempt. */
void drain_reset(Drain *drain);

/* Applies what is pending, in transactions of its own. */
bool drain_ahead(Context *context, Error *error) ERROR_MUST_CHECK;

/* That once more, in rounds, as long as it would be too much for the lock. */
bool drain_late(Context *context, Drain *drain, Error *error) ERROR_MUST_CHECK;

/* ERROR_LOCK if more is pending than this attempt may apply under the lock; to be asked before the
 * lock, too. */
bool drain_is_small(Context *context, Drain *drain, Error *error) ERROR_MUST_CHECK;

/* Applies what is pending in the swap's transaction, if that is little; the log is empty then. */
bool drain_run(Context *context, Drain *drain, Error *error) ERROR_MUST_CHECK;

/* True if the attempt wrote what snapshots that are older do not see. */
bool drain_is_unseen(const Drain *drain);
