/*
 * A connection: its commands from start to end, cancelling them, closing.
 */
#include "pg/conn.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/text.h"
#include "conn_private.h"
#include "loop_private.h"
#include "ui/log.h"

enum
{
    CANCEL_RETRY = 1000, /* ms until a command that still runs is cancelled again: a request
                          * that arrives before the server has begun the command is lost */
    TLS_TICK = 250       /* ms between looks for bytes that TLS holds back */
};

const char *
conn_name(const Conn *conn)
{
    return conn->name;
}

int
conn_statements_done(const Conn *conn)
{
    return conn->result.count;
}

int
conn_server_version(const Conn *conn)
{
    return PQserverVersion(conn->pg);
}

bool
conn_has_options(const Conn *conn)
{
    const char *options = PQoptions(conn->pg);

    return options != NULL && options[0] != '\0';
}

int
conn_backend_pid(const Conn *conn)
{
    return conn->pid;
}

bool
conn_is_open(const Conn *conn)
{
    return conn->state != CONN_LOST;
}

void
conn_set_deadline(Conn *conn, int64_t milliseconds)
{
    conn->deadline = milliseconds > 0 ? clock_ms() + milliseconds : 0;
}

static bool
is_running(const Conn *conn)
{
    return conn->state == CONN_BUSY || conn->state == CONN_COPY_OUT || conn->state == CONN_ENDING;
}

static void
start_timers(Conn *conn)
{
    if (conn->deadline > 0)
    {
        int64_t left = conn->deadline - clock_ms();

        timer_start(conn->limit, left > 0 ? left : 1, 0);
    }
    if (PQsslInUse(conn->pg))
        timer_start(conn->tick, TLS_TICK, TLS_TICK);
}

/* The guard and the SQL as one message. */
static bool
send_guarded(Conn *conn, const char *sql)
{
    Text text = {0};
    bool ok;

    text_printf(&text, "%s%s", conn->guard, sql);
    ok = PQsendQuery(conn->pg, text_cstr(&text)) == 1;
    text_clear(&text);
    return ok;
}

/* Hands the command to libpq.  False if libpq refused it. */
static bool
send_command(Conn *conn, const Command *command)
{
    conn->guarding =
        conn->guard != NULL && !command->alone && PQtransactionStatus(conn->pg) == PQTRANS_IDLE;
    if (conn->guarding)
        return send_guarded(conn, command->sql);
    return PQsendQuery(conn->pg, command->sql) == 1;
}

/* libpq refused the command: the connection is lost, or the call was wrong. */
static void
refuse_command(Conn *conn)
{
    char *words = failure_words(PQerrorMessage(conn->pg));

    conn->cut = PQstatus(conn->pg) == CONNECTION_BAD;
    if (conn->cut)
        conn_io_failed(conn);
    else
        error_set(&conn->failure, ERROR_FAULT, "%s", words);
    free(words);
    conn->state = CONN_ENDING;
}

void
conn_start(Conn *conn, const Command *command)
{
    Error failure = ERROR_INIT;

    if (conn->state == CONN_LOST)
    {
        failure_repeat_loss(conn, &failure);
        command->done(command->owner, conn, NULL, &failure);
        error_clear(&failure);
        return;
    }
    if (conn->state != CONN_IDLE)
        fault("connection \"%s\" was given a command while it had another one", conn->name);
    result_clear(&conn->result);
    conn->command = *command;
    conn->copied = conn->sink_failed = conn->cut = false;
    conn->state = CONN_BUSY;
    start_timers(conn);
    if (!send_command(conn, command))
        refuse_command(conn);
    conn_pump(conn);
}

/* Where a command that succeeded for the server failed for us. */
static void
check_success(Conn *conn)
{
    if (conn->failure.kind == ERROR_NONE && conn->command.sink != NULL && !conn->copied)
        error_set(&conn->failure, ERROR_FAULT, "the statement is no COPY TO STDOUT");
}

void
conn_finish_command(Conn *conn)
{
    Command command = conn->command;
    Error failure = ERROR_INIT;
    Loop *loop = conn->loop;

    if (conn->opened == NULL)
        timer_stop(conn->limit);
    timer_stop(conn->tick);
    conn->state = CONN_IDLE;
    if (conn->displaced)
    {
        watch_drop(&conn->watch);
        conn->state = CONN_LOST;
        error_clear(&conn->failure);
        failure_repeat_loss(conn, &conn->failure);
    }
    else if (conn->broken || PQstatus(conn->pg) == CONNECTION_BAD)
    {
        watch_drop(&conn->watch);
        conn->state = CONN_LOST;
        failure_lost(conn);
    }
    check_success(conn);
    conn->reason = CANCEL_NONE;
    error_move(&failure, &conn->failure);
    loop_enter(loop);
    command.done(command.owner, conn, failure.kind == ERROR_NONE ? &conn->result : NULL, &failure);
    loop_leave(loop);
    error_clear(&failure);
}

static void
on_cancel_end(void *owner, bool delivered, const char *message)
{
    Conn *conn = owner;

    conn->cancel = NULL;
    if (!delivered)
        log_debug("could not send a cancel request: %s", message);
    conn_pump(conn);
}

static void
request_cancel(Conn *conn)
{
    if (conn->cancel == NULL)
        conn->cancel = cancel_start(conn->loop, conn->pg, on_cancel_end, conn);
    timer_start(conn->limit, CANCEL_RETRY, 0);
}

void
conn_cancel(Conn *conn, CancelReason reason)
{
    if (!is_running(conn) || conn->reason != CANCEL_NONE)
        return;
    conn->reason = reason;
    conn->cancel_start = clock_ms();
    request_cancel(conn);
}

/* The server does not react: the command's outcome stays unknown.  libpq must not be asked for more
 * results, since it would wait for them. */
static void
give_up_connection(Conn *conn)
{
    conn_io_failed(conn);
    free(conn->io_words);
    conn->io_words = memory_strdup("The server did not react to a request to cancel the command.");
    cancel_abandon(&conn->cancel);
    conn->cut = true;
    conn->rows_left = false;
    conn->state = CONN_ENDING;
    conn_pump(conn);
}

void
conn_limit(Conn *conn)
{
    if (!is_running(conn))
        return;
    if (conn->reason == CANCEL_NONE)
        conn_cancel(conn, CANCEL_LIMIT);
    else if (clock_ms() - conn->cancel_start < conn->cancel_limit)
        request_cancel(conn);
    else
        give_up_connection(conn);
}

void
conn_interrupt(Conn *conn)
{
    if (conn->opened != NULL)
    {
        conn->interrupted = true;
        timer_start(conn->limit, 0, 0);
        return;
    }
    conn_cancel(conn, CANCEL_STOP);
}

/* Out of the loop's list, so that nobody finds it there. */
static void
unlink_conn(Conn *conn)
{
    if (conn->previous != NULL)
        conn->previous->next = conn->next;
    else
        conn->loop->conns = conn->next;
    if (conn->next != NULL)
        conn->next->previous = conn->previous;
}

void
conn_close(Conn *conn)
{
    if (conn == NULL || conn->doomed)
        return;
    unlink_conn(conn);
    cancel_abandon(&conn->cancel);
    watch_drop(&conn->watch); /* watch first, socket second */
    turn_drop(&conn->turn);
    timer_drop(&conn->limit);
    timer_drop(&conn->tick);
    conn->doomed = true;
    if (!conn->pumping)
        conn_destroy(conn);
}

void
conn_destroy(Conn *conn)
{
    result_clear(&conn->result);
    error_clear(&conn->failure);
    error_clear(&conn->loss);
    PQfinish(conn->pg);
    free(conn->io_words);
    free(conn->guard);
    free(conn->name);
    free(conn);
}
