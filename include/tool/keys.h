/*
 * The pending keys of a pair: counting them, compacting the change log, and what is done with them
 * in a transaction of the caller's on the control connection.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* Moves what has come into the change log into its compacted form. */
bool keys_compact(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;

/* How many keys are pending (a key may be counted once in the log and once compacted). */
bool keys_count(Context *context, const Pair *pair, int64_t *backlog, Error *error)
    ERROR_MUST_CHECK;

/* Takes the rows of pending keys out of standby. */
bool keys_purge(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;

/*
 * Applies all keys that are pending: copies their state from live to standby.  In a REPEATABLE READ
 * transaction all is read in one snapshot; in the swap, under the lock, READ COMMITTED sees the
 * newest state.
 */
bool keys_apply(Context *context, const Pair *pair, int64_t *applied, Error *error)
    ERROR_MUST_CHECK;
