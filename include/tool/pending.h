/*
 * The pending keys of a pair: counting them, compacting the change log, applying them.  Used by
 * every phase from the copy to the swap.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* Moves what has come into the change log into its compacted form. */
bool pending_compact(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;

/* How many keys are pending (a key may be counted once in the log and once compacted). */
bool pending_count(Context *context, const Pair *pair, int64_t *backlog, Error *error)
    ERROR_MUST_CHECK;

/*
 * Applies all keys that are pending in the transaction the caller has opened on the control
 * connection: copies their state from live to standby.  In a REPEATABLE READ transaction all is
 * read in one snapshot; in the swap, under the lock, READ COMMITTED sees the newest state.
 */
bool pending_apply_here(Context *context, const Pair *pair, int64_t *applied, Error *error)
    ERROR_MUST_CHECK;

/* How long it would take to apply so many keys, in ms, as far as is known. */
int64_t pending_cost(const Context *context, int64_t keys);

/* Applies all pending keys in a REPEATABLE READ transaction of its own, and looks at them again in
 * another (tool/proof). */
bool pending_apply(Context *context, const Pair *pair, int64_t *applied, Error *error)
    ERROR_MUST_CHECK;

/* Takes the rows of pending keys out of standby, which has no index yet; part of the caller's
 * REPEATABLE READ transaction. */
bool pending_purge_here(Context *context, const Pair *pair, int64_t *purged, Error *error)
    ERROR_MUST_CHECK;

/* Applies in rounds, for all pairs, until at most settings->drain_keys are pending. */
bool pending_catch_up(Context *context, Error *error) ERROR_MUST_CHECK;

/* Cleans the tables of the log when much has gone through them. */
bool pending_vacuum(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;
