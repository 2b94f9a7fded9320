/*
 * The loop of the process: signals, the stop flag, waiting, and the guard against waiting inside a
 * callback.
 */
#include "loop_private.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/memory.h"
#include "conn_private.h"

static void
on_signal(uv_signal_t *handle, int number)
{
    Loop *loop = handle->data;

    (void)number;
    if (!loop->stopping)
    {
        loop->stopping = true;
        return;
    }
    for (Conn *conn = loop->conns; conn != NULL; conn = conn->next)
        conn_interrupt(conn);
}

/* Signals do not keep the loop alive. */
static void
catch_signal(Loop *loop, uv_signal_t *handle, int number)
{
    if (uv_signal_init(&loop->uv, handle) != 0 || uv_signal_start(handle, on_signal, number) != 0)
        fault("cannot catch signal %d", number);
    handle->data = loop;
    uv_unref((uv_handle_t *)handle);
}

Loop *
loop_new(void)
{
    Loop *loop = memory_new(1, sizeof(*loop));

    signal(SIGPIPE, SIG_IGN);
    if (uv_loop_init(&loop->uv) != 0)
        fault("cannot make an event loop");
    uv_timer_init(&loop->uv, &loop->wake);
    catch_signal(loop, &loop->sigint, SIGINT);
    catch_signal(loop, &loop->sigterm, SIGTERM);
    return loop;
}

bool
loop_free(Loop *loop)
{
    loop_check_may_wait(loop, "loop_free");
    while (loop->conns != NULL)
        conn_close(loop->conns);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_close((uv_handle_t *)&loop->sigint, NULL);
    uv_close((uv_handle_t *)&loop->sigterm, NULL);
    loop_enter(loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    loop_leave(loop);
    if (uv_loop_close(&loop->uv) != 0)
        return false; /* something is still in the loop: it must stay where it is */
    free(loop);
    return true;
}

bool
loop_is_stopping(const Loop *loop)
{
    return loop->stopping;
}

void
loop_stop(Loop *loop)
{
    loop->stopping = true;
}

bool
loop_sleep(Loop *loop, int64_t milliseconds)
{
    int64_t end = clock_ms() + milliseconds;

    loop_check_may_wait(loop, "loop_sleep");
    while (!loop->stopping)
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
}
