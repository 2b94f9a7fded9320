/*
 * The loop of the process: signals, stopping on request, waiting, and the guard against waiting
 * inside a callback.
 */
#include "loop_private.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/memory.h"
#include "conn_private.h"
#include "ui/log.h"

enum
{
    CANCEL_AGAIN = 1000 /* ms; cleaning up takes less, unless it waits for somebody */
};

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};

static void
on_grace(uv_timer_t *timer)
{
    Loop *loop = timer->data;

    if (loop->stop == LOOP_STOPPING)
        loop->stop = LOOP_CANCELLED;
    for (Conn *conn = loop->conns; conn != NULL; conn = conn->next)
        conn_interrupt(conn);
    uv_timer_start(timer, on_grace, CANCEL_AGAIN, 0);
}

/* Nothing that is connecting still can be of use. */
static void
begin_to_stop(Loop *loop)
{
    loop->stop = LOOP_STOPPING;
    loop->stop_started = clock_ms();
    for (Conn *conn = loop->conns; conn != NULL; conn = conn->next)
        if (conn->opened != NULL)
            conn_interrupt(conn);
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->grace, on_grace, LOOP_GRACE, 0);
}

static void
on_signal(uv_signal_t *handle, int number)
{
    Loop *loop = handle->data;

    (void)number;
    loop->stop_count++;
    if (loop->stop == LOOP_GOES_ON)
    {
        log_info("stopping after the running statement; a second signal cancels it");
        begin_to_stop(loop);
        return;
    }
    if (loop->stop == LOOP_STOPPING)
        loop->stop = LOOP_CANCELLED_AT_ONCE;
    on_grace(&loop->grace);
}

static bool
is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Signals do not keep the loop alive. */
static void
catch_signals(Loop *loop)
{
    for (int i = 0; i < 3; i++)
    {
        uv_signal_t *handle = &loop->signals[i];

        if (uv_signal_init(&loop->uv, handle) != 0)
            fault("cannot watch for signals");
        handle->data = loop;
        uv_unref((uv_handle_t *)handle);
        if (stop_signals[i] == SIGHUP && is_ignored(SIGHUP))
            continue;
        if (uv_signal_start(handle, on_signal, stop_signals[i]) != 0)
            fault("cannot catch signal %d", stop_signals[i]);
    }
}

Loop *
loop_new(void)
{
    Loop *loop = memory_new(1, sizeof(*loop));

    signal(SIGPIPE, SIG_IGN);
    if (uv_loop_init(&loop->uv) != 0)
        fault("cannot make an event loop");
    uv_timer_init(&loop->uv, &loop->wake);
    uv_timer_init(&loop->uv, &loop->grace);
    loop->grace.data = loop;
    uv_unref((uv_handle_t *)&loop->grace);
    catch_signals(loop);
    return loop;
}

bool
loop_free(Loop *loop)
{
    loop_check_may_wait(loop, "loop_free");
    while (loop->conns != NULL)
        conn_close(loop->conns);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_close((uv_handle_t *)&loop->grace, NULL);
    for (int i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&loop->signals[i], NULL);
    loop_enter(loop);
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0)
        ;
    loop_leave(loop);
    if (uv_loop_close(&loop->uv) != 0)
        return false; /* something is still in the loop: it must stay where it is */
    free(loop);
    return true;
}

LoopStop
loop_stop_state(const Loop *loop)
{
    return loop->stop;
}

bool
loop_is_stopping(const Loop *loop)
{
    return loop->stop != LOOP_GOES_ON;
}

bool
loop_sleep(Loop *loop, int64_t milliseconds)
{
    int64_t end = clock_ms() + milliseconds;

    loop_check_may_wait(loop, "loop_sleep");
    while (!loop_is_stopping(loop))
    {
        int64_t rest = end - clock_ms();

        if (rest <= 0)
            return true;
        loop_turn(loop, rest);
    }
    return false;
}

static void
on_wake(uv_timer_t *timer)
{
    (void)timer; /* that uv_run() returns is all that is wanted */
}

void
loop_turn(Loop *loop, int64_t milliseconds)
{
    loop_check_may_wait(loop, "loop_turn");
    if (milliseconds <= 0)
    {
        loop_enter(loop);
        uv_run(&loop->uv, UV_RUN_NOWAIT);
        loop_leave(loop);
        return;
    }
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->wake, on_wake, (uint64_t)milliseconds, 0);
    loop_run_once(loop);
    uv_timer_stop(&loop->wake);
}

void
loop_check_may_wait(const Loop *loop, const char *who)
{
    if (loop->depth > 0)
        fault("%s was called from a callback, where nothing may wait", who);
}

void
loop_run_once(Loop *loop)
{
    loop_enter(loop);
    uv_run(&loop->uv, UV_RUN_ONCE);
    loop_leave(loop);
}

void
loop_enter(Loop *loop)
{
    loop->depth++;
}

void
loop_leave(Loop *loop)
{
    loop->depth--;
    if (loop->depth > 0)
        uv_stop(&loop->uv); /* ends the turn: libuv would go on to sleep after timers and idlers */
}
