/*
 * The event loop of the process, stopping on request, and waiting.
 *
 * One Loop exists per process; every connection belongs to it.  SIGINT, SIGTERM and SIGHUP are the
 * same (a SIGHUP that was ignored when the program began stays so: nohup).  The first one is
 * acknowledged, ends connecting, and sets the stop flag, which phases look at between statements.
 * The second one, or LOOP_GRACE after the first, cancels what is running, and from then on what
 * still runs a second later.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Loop Loop;

enum
{
    LOOP_GRACE = 5000 /* ms from the first signal until what is running is cancelled */
};

typedef enum LoopStop
{
    LOOP_GOES_ON,
    LOOP_STOPPING,         /* the first signal */
    LOOP_CANCELLED,        /* LOOP_GRACE has passed since */
    LOOP_CANCELLED_AT_ONCE /* the second signal came before that */
} LoopStop;

Loop *loop_new(void);

/* Closes what is open, runs the loop until every handle is closed, frees it.  Returns true if
 * libuv confirms that nothing leaked (uv_loop_close() returned 0). */
bool loop_free(Loop *loop);

LoopStop loop_stop_state(const Loop *loop);
bool loop_is_stopping(const Loop *loop);

/* Serves the loop for so long, or until a stop is requested.  Returns false if it was. */
bool loop_sleep(Loop *loop, int64_t milliseconds);

/* Serves the loop until something happened or the time is over, whichever is first. */
void loop_turn(Loop *loop, int64_t milliseconds);
