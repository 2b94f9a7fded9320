/*
 * The event loop of the process, the stop flag, and waiting.
 *
 * One Loop exists per process; every connection belongs to it.  The first SIGINT or SIGTERM sets
 * the stop flag, which phases look at between statements; the second one also cancels the
 * statements that are running.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Loop Loop;

Loop *loop_new(void);

/* Closes what is open, runs the loop until every handle is closed, frees it.  Returns true if
 * libuv confirms that nothing leaked (uv_loop_close() returned 0). */
bool loop_free(Loop *loop);

/* True after the first SIGINT or SIGTERM, or after loop_stop(). */
bool loop_is_stopping(const Loop *loop);
void loop_stop(Loop *loop);

/* Serves the loop for so long, or until a stop is requested.  Returns false if it was. */
bool loop_sleep(Loop *loop, int64_t milliseconds);

/* Serves the loop until something happened or the time is over, whichever is first. */
void loop_turn(Loop *loop, int64_t milliseconds);
