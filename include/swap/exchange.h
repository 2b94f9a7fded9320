/*
 * The exchange of live and standby as one text, prepared before any lock: capture off, dependents
 * off, sequences released, the renames across schemas, and all of it on again on the other side;
 * and the locks that it needs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "swap/lockset.h"
#include "tool/context.h"

typedef struct Exchange
{
    char *script;
    int moves; /* statements of it that are about what hangs on the table */
} Exchange;

/* pair is how it stands, next how it will be after the swap (journal_flip); tower: TOWER_MADE or
 * TOWER_MOVED, see model/dependents.h; adds to locks. */
bool exchange_prepare(Context *context, const Pair *pair, const Pair *next, const char *tower,
                      LockSet *locks, Exchange *exchange, Error *error) ERROR_MUST_CHECK;

/* What all that is done under the lock is expected to take with so many moves, in ms; on the large
 * side. */
int64_t exchange_cost(int moves);
