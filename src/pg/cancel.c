/*
 * Cancelling without blocking the loop.
 *
 * libpq 17 and later can do it step by step, as connecting is done: the watch is dropped before
 * each step, since a step may replace the socket.  Before that there is only PQcancel(), which
 * blocks until the server has closed the connection: it runs on a thread of libuv's pool, on a
 * PGcancel that shares nothing with the PGconn.
 */
#include "cancel_private.h"

#include <stdlib.h>

#include "base/fault.h"
#include "base/memory.h"
#include "loop_private.h"

#ifdef LIBPQ_HAS_ASYNC_CANCEL

#include "timer_private.h"
#include "watch_private.h"

enum
{
    CANCEL_TIMEOUT = 10000 /* milliseconds for one request */
};

struct Cancel
{
    Loop *loop;
    PGcancelConn *request;
    Watch *watch;
    Timer *limit;
    CancelEnd on_end;
    void *owner;
};

static void cancel_step(Cancel *cancel);

static void
cancel_free(Cancel *cancel)
{
    watch_drop(&cancel->watch); /* watch first, socket second */
    timer_drop(&cancel->limit);
    PQcancelFinish(cancel->request);
    free(cancel);
}

static void
cancel_end(Cancel *cancel, bool delivered, const char *message)
{
    watch_drop(&cancel->watch);
    cancel->on_end(cancel->owner, delivered, message);
    cancel_free(cancel);
}

static void
on_ready(void *owner, int status, int events)
{
    (void)status; /* libpq knows what happened */
    (void)events;
    cancel_step(owner);
}

static void
on_cancel_limit(void *owner)
{
    cancel_end(owner, false, "the server did not take the request in time");
}

static void
cancel_step(Cancel *cancel)
{
    PostgresPollingStatusType status;

    watch_drop(&cancel->watch); /* the step may replace the socket */
    status = PQcancelPoll(cancel->request);
    if (status == PGRES_POLLING_OK)
        cancel_end(cancel, true, NULL);
    else if (status == PGRES_POLLING_FAILED)
        cancel_end(cancel, false, PQcancelErrorMessage(cancel->request));
    else
        watch_want(&cancel->watch, cancel->loop, PQcancelSocket(cancel->request),
                   status == PGRES_POLLING_READING ? UV_READABLE : UV_WRITABLE, on_ready, cancel);
}

Cancel *
cancel_start(Loop *loop, PGconn *pg, CancelEnd on_end, void *owner)
{
    PGcancelConn *request = PQcancelCreate(pg);
    Cancel *cancel;

    if (request == NULL || PQcancelStart(request) != 1)
    {
        PQcancelFinish(request);
        return NULL;
    }
    cancel = memory_new(1, sizeof(*cancel));
    cancel->loop = loop;
    cancel->request = request;
    cancel->on_end = on_end;
    cancel->owner = owner;
    cancel->limit = timer_new(loop, on_cancel_limit, cancel);
    timer_start(cancel->limit, CANCEL_TIMEOUT, 0);
    watch_want(&cancel->watch, loop, PQcancelSocket(request), UV_WRITABLE, on_ready, cancel);
    return cancel;
}

void
cancel_abandon(Cancel **cancel)
{
    if (*cancel == NULL)
        return;
    cancel_free(*cancel);
    *cancel = NULL;
}

#else

struct Cancel
{
    uv_work_t work;
    PGcancel *request;
    bool delivered;
    char message[256];
    CancelEnd on_end;
    void *owner; /* NULL once abandoned */
};

/* On a thread of the pool. */
static void
send_request(uv_work_t *work)
{
    Cancel *cancel = work->data;

    cancel->delivered =
        PQcancel(cancel->request, cancel->message, (int)sizeof(cancel->message)) == 1;
}

/* On the loop again. */
static void
on_sent(uv_work_t *work, int status)
{
    Cancel *cancel = work->data;

    (void)status; /* not 0 only if uv_cancel() was called, which nobody does */
    if (cancel->owner != NULL)
        cancel->on_end(cancel->owner, cancel->delivered,
                       cancel->delivered ? NULL : cancel->message);
    PQfreeCancel(cancel->request);
    free(cancel);
}

Cancel *
cancel_start(Loop *loop, PGconn *pg, CancelEnd on_end, void *owner)
{
    PGcancel *request = PQgetCancel(pg);
    Cancel *cancel;

    if (request == NULL)
        return NULL;
    cancel = memory_new(1, sizeof(*cancel));
    cancel->work.data = cancel;
    cancel->request = request;
    cancel->on_end = on_end;
    cancel->owner = owner;
    if (uv_queue_work(&loop->uv, &cancel->work, send_request, on_sent) != 0)
        fault("cannot queue a cancel request");
    return cancel;
}

void
cancel_abandon(Cancel **cancel)
{
    if (*cancel == NULL)
        return;
    (*cancel)->owner = NULL; /* the thread still works on it: on_sent() frees it */
    *cancel = NULL;
}

#endif
