/*
 * The inside of the loop, for the modules of this folder only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "pg/conn.h"
#include "pg/loop.h"

struct Loop
{
    uv_loop_t uv;
    uv_signal_t signals[3];
    uv_timer_t grace; /* cancels what is running once a stop was asked for */
    uv_timer_t wake;  /* ends loop_turn() */
    Conn *conns;      /* every connection that is not closed */
    int depth;        /* above 0: inside uv_run() or a callback, where nobody may wait */
    LoopStop stop;
    int stop_count;       /* signals that asked for it */
    int64_t stop_started; /* clock_ms() of the first */
};

/* Ends the program if called from a callback; who is the function that wants to wait. */
void loop_check_may_wait(const Loop *loop, const char *who);

/* Waits until something happened, and serves it. */
void loop_run_once(Loop *loop);

/* Around a call of a callback of the layers above, which may be made outside uv_run().  Who waits
 * in loop_run_once() looks at what the callback has changed before the loop sleeps. */
void loop_enter(Loop *loop);
void loop_leave(Loop *loop);
