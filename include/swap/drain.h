/*
 * The drain: what is pending when the lock is there is applied under it, while the application
 * waits.
 *
 * While the application writes both tables (tool/dual.h) nothing may be pending then: the attempt
 * gives way; but what it wrote since that was last looked at is compared.
 *
 * Else it has to be little.  An attempt that finds more than could be applied in 15 ms gives way,
 * before the lock is asked for or as soon as it is there; the rest is applied while everybody
 * works, and the next attempt finds less.  Each time that happens the next attempt may take twice
 * as long, up to half of --max-lock-hold, so that a table on which much is always under way is
 * swapped, too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

typedef struct Drain
{
    int refusals; /* attempts that gave way under the lock */
    int early;    /* … before it was asked for, which cost nobody anything */
    int64_t keys; /* that the last attempt applied under the lock */
} Drain;

/* How often attempts gave way; before the lock counts an eighth of under it. */
int drain_failures(const Drain *drain);

/* Applies what is pending, in transactions of its own. */
bool drain_ahead(Context *context, Error *error) ERROR_MUST_CHECK;

/* Looks at what the application wrote to both tables, until little has come meanwhile. */
bool drain_prove_ahead(Context *context, Error *error) ERROR_MUST_CHECK;

/* *little if what is pending could be applied under the lock by the first attempt. */
bool drain_look(Context *context, bool *little, Error *error) ERROR_MUST_CHECK;

/* ERROR_AGAIN if more is pending than this attempt may apply under the lock; to be asked before the
 * lock, too. */
bool drain_check_small(Context *context, Drain *drain, Error *error) ERROR_MUST_CHECK;

/* Applies what is pending in the swap's transaction, if that is little; the log is empty then. */
bool drain_run(Context *context, Drain *drain, Error *error) ERROR_MUST_CHECK;
