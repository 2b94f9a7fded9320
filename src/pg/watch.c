/*
 * One uv_poll_t in a heap block of its own, freed by its close callback.
 */
#include "watch_private.h"

#include <stdlib.h>

#include "base/fault.h"
#include "base/memory.h"
#include "loop_private.h"

struct Watch
{
    uv_poll_t poll;
    WatchReady ready;
    void *owner; /* NULL once dropped: late callbacks do nothing */
    int fd;
    int mask;
};

static void
on_poll(uv_poll_t *poll, int status, int events)
{
    Watch *watch = poll->data;

    if (watch->owner == NULL)
        return;
    if (status < 0) /* libuv has stopped the handle */
        watch->mask = 0;
    watch->ready(watch->owner, status, events);
}

static void
on_watch_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static Watch *
watch_new(Loop *loop, int fd, WatchReady ready, void *owner)
{
    Watch *watch = memory_new(1, sizeof(*watch));
    int status = uv_poll_init(&loop->uv, &watch->poll, fd);

    if (status != 0)
        fault("cannot watch a socket: %s", uv_strerror(status));
    watch->poll.data = watch;
    watch->ready = ready;
    watch->owner = owner;
    watch->fd = fd;
    return watch;
}

void
watch_want(Watch **watch, Loop *loop, int fd, int mask, WatchReady ready, void *owner)
{
    int status;

    if (*watch != NULL && (*watch)->fd != fd)
        watch_drop(watch);
    if (fd < 0)
        return;
    if (*watch == NULL)
        *watch = watch_new(loop, fd, ready, owner);
    if ((*watch)->mask == mask)
        return;
    (*watch)->mask = mask;
    status =
        mask != 0 ? uv_poll_start(&(*watch)->poll, mask, on_poll) : uv_poll_stop(&(*watch)->poll);
    if (status != 0)
        fault("cannot watch a socket: %s", uv_strerror(status));
}

void
watch_drop(Watch **watch)
{
    if (*watch == NULL)
        return;
    (*watch)->owner = NULL;
    uv_close((uv_handle_t *)&(*watch)->poll, on_watch_closed);
    *watch = NULL;
}
