/*
 * What holds work up: the operator's "pause", and replicas that lag behind.  One table of signals
 * in throttle.c; each is a row there.
 *
 *     copy, index builds    before each chunk and each build: pause, lag
 *     before each phase     pause
 *     waits for a lock      pause (before each attempt, and not against the deadline)
 *
 * What runs already (a chunk, an index, a comparison, which holds a snapshot) comes to its end.  A
 * command that is given while the migration is paused ends at once; one that is at work already
 * waits for "continue".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "tool/context.h"

/* Signals, to be combined. */
enum
{
    THROTTLE_PAUSE = 1,
    THROTTLE_LAG = 2, /* --max-lag */
    THROTTLE_ALL = THROTTLE_PAUSE | THROTTLE_LAG
};

/* ERROR_PAUSED, with who paused it and when, if it is paused. */
bool throttle_refuse(Context *context, Error *error) ERROR_MUST_CHECK;

/* Looks at these signals: *held stays empty, or gets what is waited for, for the state.  Tells it
 * to people now and then, and in the line of progress. */
bool throttle_look(Context *context, unsigned signals, Text *held, Error *error) ERROR_MUST_CHECK;

/* Waits while the operator's pause holds, and keeps the change log small; *waited (may be NULL) is
 * how long, in ms. */
bool throttle_wait(Context *context, int64_t *waited, Error *error) ERROR_MUST_CHECK;
