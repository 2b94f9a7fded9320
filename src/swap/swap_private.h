/*
 * One swap, from its preparation to its last attempt.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/description.h"
#include "swap/drain.h"
#include "swap/exchange.h"
#include "swap/lockset.h"
#include "swap/snapshots.h"
#include "swap/watch.h"
#include "tool/context.h"
#include "tool/polite.h"

/* Of each pair. */
typedef struct Part
{
    const Pair *pair;
    const Pair *after; /* as it will be, with the roles exchanged */
    Exchange exchange; /* everything between drain and comparison */
    char *marks;       /* of live, as it was when its description was checked */
    Description known; /* of standby, before the lock */
} Part;

#define for_each_part(part, swap)                                                                  \
    for (Part *part = (swap)->parts; part < (swap)->parts + (swap)->after.pair_count; part++)

typedef struct Swap
{
    Context *context;
    Migration after; /* the migration as it will be */
    Part *parts;
    LockSet locks;
    bool is_exchanging; /* the attempt has its locks, and nothing to wait for */
    int cut_exchanges;  /* attempts that ended there, at --max-lock-hold */
    Arena *scratch;     /* of one attempt */
    Snapshots *snapshots;
    Watch *watch;
    PoliteTask task;
    Drain drain;
} Swap;

/* One attempt (a PoliteAttempt, data is the Swap): comes close, locks, drains, exchanges, compares,
 * commits; and notes what it imposed. */
bool attempt_make(Context *context, void *data, Error *error) ERROR_MUST_CHECK;

/* Compares live with its description, and the marks of its rows with those of the comparison, while
 * readers and writers go on; live's marks, which change with all of that, tell under the lock
 * whether it still holds. */
bool conditions_look(Swap *swap, Error *error) ERROR_MUST_CHECK;

/* Rows may have changed without capture: unless it is plain that they have, the tables are compared
 * again. */
bool conditions_ensure_known(Swap *swap, Error *error) ERROR_MUST_CHECK;

/* Under the lock: all that was looked at still holds.  ERROR_AGAIN if another attempt may find it
 * so. */
bool conditions_check(Swap *swap, Error *error) ERROR_MUST_CHECK;

/* What live is now that the roles are exchanged is where the way back begins. */
bool conditions_record(Swap *swap, Error *error) ERROR_MUST_CHECK;
