/*
 * One uv_idle_t in a heap block of its own, freed by its close callback.  It is called once in a
 * turn of the loop, and the loop does not sleep while it is active.
 */
#include "turn_private.h"

#include <stdlib.h>

#include "base/memory.h"
#include "loop_private.h"

struct Turn
{
    uv_idle_t idle;
    TurnCome come;
    void *owner;
};

static void
on_idle(uv_idle_t *idle)
{
    Turn *turn = idle->data;

    uv_idle_stop(idle);
    turn->come(turn->owner);
}

static void
on_idle_closed(uv_handle_t *handle)
{
    free(handle->data);
}

Turn *
turn_new(Loop *loop, TurnCome come, void *owner)
{
    Turn *turn = memory_new(1, sizeof(*turn));

    uv_idle_init(&loop->uv, &turn->idle);
    turn->idle.data = turn;
    turn->come = come;
    turn->owner = owner;
    return turn;
}

void
turn_request(Turn *turn)
{
    uv_idle_start(&turn->idle, on_idle);
}

void
turn_drop(Turn **turn)
{
    if (*turn == NULL)
        return;
    uv_close((uv_handle_t *)&(*turn)->idle, on_idle_closed);
    *turn = NULL;
}
