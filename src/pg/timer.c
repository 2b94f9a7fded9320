/*
 * Timers: uv_close() is asynchronous, so a timer is its own heap block with a pointer to its owner,
 * which is cut when the owner drops the timer.
 */
#include "timer_private.h"

#include <stdlib.h>

#include "base/fault.h"
#include "base/memory.h"
#include "loop_private.h"

struct Timer
{
    uv_timer_t uv;
    TimerFire fire;
    void *owner;
};

static void
on_timer(uv_timer_t *uv)
{
    Timer *timer = uv->data;

    timer->fire(timer->owner);
}

static void
on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

Timer *
timer_new(Loop *loop, TimerFire fire, void *owner)
{
    Timer *timer = memory_new(1, sizeof(*timer));

    uv_timer_init(&loop->uv, &timer->uv);
    timer->uv.data = timer;
    timer->fire = fire;
    timer->owner = owner;
    return timer;
}

void
timer_start(Timer *timer, int64_t delay, int64_t repeat)
{
    uv_update_time(timer->uv.loop); /* the loop's idea of now may be old */
    if (uv_timer_start(&timer->uv, on_timer, delay > 0 ? (uint64_t)delay : 0, (uint64_t)repeat) !=
        0)
        fault("cannot start a timer");
}

void
timer_stop(Timer *timer)
{
    uv_timer_stop(&timer->uv);
}

void
timer_drop(Timer **timer)
{
    if (*timer == NULL)
        return;
    uv_close((uv_handle_t *)&(*timer)->uv, on_timer_closed);
    *timer = NULL;
}
