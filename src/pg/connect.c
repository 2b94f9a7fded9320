/*
 * Opening a connection: PQconnectPoll step by step, then the prologue, all within one time limit
 * (libpq's own connect_timeout does not count here).
 *
 * Names of hosts are resolved by libpq inside a step, which blocks the loop for as long as that
 * takes: connections are opened before the loop has other work.
 */
#include <stdlib.h>

#include "base/fault.h"
#include "base/memory.h"
#include "conn_private.h"
#include "loop_private.h"

enum
{
    CANCEL_PATIENCE = 60000
};

/* Tells the owner.  The last thing anybody does here: the owner may close the connection. */
static void
tell_opened(Conn *conn, Error *failure)
{
    ConnOpened opened = conn->opened;
    Loop *loop = conn->loop;

    timer_stop(conn->limit);
    conn->opened = NULL;
    loop_enter(loop);
    opened(conn->owner, conn, failure);
    loop_leave(loop);
    error_clear(failure);
}

void
connect_failed(Conn *conn, Error *failure)
{
    watch_drop(&conn->watch);
    timer_stop(conn->tick);
    conn->state = CONN_LOST;
    error_set(&conn->loss, ERROR_CONNECTION, "connection \"%s\" was never made", conn->name);
    tell_opened(conn, failure);
}

/* libpq's words tell of each host that was tried, one after the other. */
static void
add_words(Conn *conn, Error *failure)
{
    char *words = failure_words(PQerrorMessage(conn->pg));

    if (*words != '\0')
        error_detail(failure, "%s", words);
    free(words);
}

static void
refused(Conn *conn)
{
    Error failure = ERROR_INIT;

    error_set(&failure, ERROR_CONNECTION, "could not connect");
    add_words(conn, &failure);
    connect_failed(conn, &failure);
}

void
connect_limit(Conn *conn)
{
    Error failure = ERROR_INIT;

    if (conn->interrupted)
        error_set(&failure, ERROR_STOPPED, "stopped while connecting");
    else
        error_set(&failure, ERROR_CONNECTION, "could not connect within %lld ms",
                  (long long)conn->params.connect_timeout);
    add_words(conn, &failure);
    connect_failed(conn, &failure);
}

static void
on_prologue(void *owner, Conn *conn, const Result *result, Error *failure)
{
    (void)owner;
    if (result != NULL)
    {
        tell_opened(conn, failure);
        return;
    }
    error_context(failure, "setting up the session");
    connect_failed(conn, failure);
}

static void
session_ready(Conn *conn)
{
    Command prologue = {.sql = conn->params.prologue, .done = on_prologue};
    Error none = ERROR_INIT;

    if (PQsetnonblocking(conn->pg, 1) != 0)
    {
        refused(conn);
        return;
    }
    conn->state = CONN_IDLE;
    if (prologue.sql != NULL)
    {
        conn_start(conn, &prologue);
        return;
    }
    /* Wait for notices and loss first: afterwards the connection may be closed. */
    watch_want(&conn->watch, conn->loop, PQsocket(conn->pg), UV_READABLE, conn_on_ready, conn);
    tell_opened(conn, &none);
}

void
connect_step(Conn *conn)
{
    PostgresPollingStatusType status;

    watch_drop(&conn->watch); /* the step may replace the socket, often under the same number */
    status = PQconnectPoll(conn->pg);
    switch (status)
    {
    case PGRES_POLLING_READING:
    case PGRES_POLLING_WRITING:
        watch_want(&conn->watch, conn->loop, PQsocket(conn->pg),
                   status == PGRES_POLLING_READING ? UV_READABLE : UV_WRITABLE, conn_on_ready,
                   conn);
        break;
    case PGRES_POLLING_OK:
        session_ready(conn);
        break;
    default:
        refused(conn);
    }
}

static void
on_limit(void *owner)
{
    Conn *conn = owner;

    if (conn->opened != NULL)
        connect_limit(conn);
    else
        conn_limit(conn);
}

static Conn *
conn_new(Loop *loop, const ConnParams *params, const char *name)
{
    Conn *conn = memory_new(1, sizeof(*conn));

    conn->name = memory_strdup(name);
    conn->params = *params;
    conn->patience = CANCEL_PATIENCE;
    conn->loop = loop;
    conn->turn = turn_new(loop, conn_on_turn, conn);
    conn->limit = timer_new(loop, on_limit, conn);
    conn->tick = timer_new(loop, conn_on_tick, conn);
    conn->next = loop->conns;
    if (loop->conns != NULL)
        loop->conns->previous = conn;
    loop->conns = conn;
    return conn;
}

Conn *
conn_open(Loop *loop, const ConnParams *params, const char *name, ConnOpened opened, void *owner)
{
    Conn *conn = conn_new(loop, params, name);

    conn->opened = opened;
    conn->owner = owner;
    conn->pg = PQconnectStartParams(params->keywords, params->values, 1);
    if (conn->pg == NULL)
        fault("out of memory (a connection)");
    PQsetNoticeReceiver(conn->pg, failure_on_notice, conn);
    if (params->connect_timeout > 0)
        timer_start(conn->limit, params->connect_timeout, 0);
    if (PQstatus(conn->pg) == CONNECTION_BAD)
        turn_request(conn->turn); /* the step says so, and from the loop */
    else
        watch_want(&conn->watch, loop, PQsocket(conn->pg), UV_WRITABLE, conn_on_ready, conn);
    return conn;
}
