/*
 * Opening a connection: PQconnectPoll step by step, then a look at the session, then the prologue,
 * all within one time limit (libpq's own connect_timeout does not count here).
 *
 * Names of hosts are resolved by libpq inside a step, which blocks the loop for as long as that
 * takes: connections are opened before the loop has other work.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/text.h"
#include "conn_private.h"
#include "loop_private.h"
#include "sql/template.h"

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

/* Takes the failure over. */
static void
connect_failed(Conn *conn, Error *failure)
{
    watch_drop(&conn->watch);
    timer_stop(conn->tick);
    conn->state = CONN_LOST;
    error_set(&conn->loss, ERROR_CONNECTION, "connection \"%s\" was never made", conn->name);
    tell_opened(conn, failure);
}

static void
refused(Conn *conn)
{
    Error failure = ERROR_INIT;

    failure_of_connecting(conn, &failure);
    connect_failed(conn, &failure);
}

/* A timeout, or an interruption. */
static void
connect_limit(Conn *conn)
{
    Error failure = ERROR_INIT;

    if (conn->interrupted)
        error_set(&failure, ERROR_STOPPED, "stopped while connecting");
    else
        error_set(&failure, ERROR_CONNECTION, "could not connect within %lld ms",
                  (long long)conn->params.connect_timeout);
    failure_of_connecting(conn, &failure);
    connect_failed(conn, &failure);
}

static void
on_prologue(void *owner, Conn *conn, const Result *result, Error *failure)
{
    (void)owner;
    if (result != NULL && identity_guard(conn, failure))
    {
        tell_opened(conn, failure);
        return;
    }
    error_context(failure, "setting up the session");
    identity_explain_mark(conn, failure);
    connect_failed(conn, failure);
}

/* The first command that leaves anything in the session, and in one message the proof that it is
 * the session that was looked at. */
static void
set_up(Conn *conn, Error *failure)
{
    Command prologue = {.done = on_prologue};
    char *mark = identity_mark(conn, failure);
    Text sql = {0};

    if (mark == NULL)
    {
        connect_failed(conn, failure);
        return;
    }
    text_printf(&sql, "%s%s", mark, conn->params.prologue);
    prologue.sql = text_cstr(&sql);
    conn_start(conn, &prologue);
    text_clear(&sql);
    free(mark);
}

static void ask_identity(Conn *conn);

static void
on_identity(void *owner, Conn *conn, const Result *result, Error *failure)
{
    bool again;

    (void)owner;
    if (result == NULL || !identity_take(conn, result, &again, failure))
        connect_failed(conn, failure);
    else if (again)
        ask_identity(conn);
    else if (conn->params.prologue != NULL)
        set_up(conn, failure);
    else
        tell_opened(conn, failure);
}

static void
ask_identity(Conn *conn)
{
    Command identity = {.sql = template_text("session_identity"), .done = on_identity};

    conn_start(conn, &identity);
}

static void
connected(Conn *conn)
{
    PQsetErrorVerbosity(conn->pg, PQERRORS_DEFAULT);
    if (PQsetnonblocking(conn->pg, 1) != 0)
    {
        refused(conn);
        return;
    }
    conn->state = CONN_IDLE;
    ask_identity(conn);
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
        connected(conn);
        break;
    default:
        refused(conn);
    }
}

static void
on_connect_limit(void *owner)
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
    conn->cancel_limit = CANCEL_PATIENCE;
    conn->started = clock_ms();
    conn->loop = loop;
    conn->turn = turn_new(loop, conn_on_turn, conn);
    conn->limit = timer_new(loop, on_connect_limit, conn);
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
    PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE); /* for failure_of_connecting() */
    if (params->connect_timeout > 0)
        timer_start(conn->limit, params->connect_timeout, 0);
    if (loop_is_stopping(loop))
        conn_interrupt(conn);
    if (PQstatus(conn->pg) == CONNECTION_BAD)
        turn_request(conn->turn); /* the step says so, and from the loop */
    else
        watch_want(&conn->watch, loop, PQsocket(conn->pg), UV_WRITABLE, conn_on_ready, conn);
    return conn;
}
