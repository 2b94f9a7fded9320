/*
 * Pending keys are applied in rounds, each a transaction of its own; see tool/keys.h for what is
 * done in one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* How long it would take to apply so many keys, in ms, as far as is known. */
int64_t pending_cost(const Context *context, int64_t keys);

/* Applies all pending keys in a REPEATABLE READ transaction of its own, and looks at them again in
 * another (tool/proof). */
bool pending_apply(Context *context, const Pair *pair, int64_t *applied, Error *error)
    ERROR_MUST_CHECK;

/* How long to wait until they are counted again, in ms: least, or more where that takes long. */
int64_t pending_pause(const Context *context, int64_t least);

/* Applies in rounds, for all pairs, until at most settings->drain_keys are pending. */
bool pending_catch_up(Context *context, Error *error) ERROR_MUST_CHECK;

/* What is done while something else is waited for: what has come into the log is compacted, so that
 * it stays small; a migration that is ready stays in sync. */
bool pending_meanwhile(Context *context, Error *error) ERROR_MUST_CHECK;
