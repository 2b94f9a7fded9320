/*
 * Progress on a connection.
 *
 * conn_pump() sends what is unsent, takes what libpq holds, and only then waits: data that is
 * already in libpq's buffer makes no socket readable.  It is called after every send, readiness and
 * event, and rearm() alone decides what to wait for.
 */
#include <stdlib.h>

#include "conn_private.h"
#include "loop_private.h"

enum
{
    ROWS_PER_TURN = 256, /* then the other connections have their turn */
    TLS_READS = 3        /* spare reads are harmless; TLS may hold decrypted bytes unseen */
};

/* libpq has closed the socket, or will: nobody may watch its number any more. */
void
conn_io_failed(Conn *conn)
{
    watch_drop(&conn->watch);
    timer_stop(conn->tick);
    if (conn->broken)
        return;
    conn->broken = true;
    conn->io_words = failure_words(PQerrorMessage(conn->pg));
}

static void
flush_output(Conn *conn)
{
    int status;

    if (conn->broken)
        return;
    status = PQflush(conn->pg);
    conn->unsent = status == 1;
    if (status < 0)
        conn_io_failed(conn);
}

/* A row for the sink; once that has failed, or if there is none, the rest only runs through. */
static void
deliver_row(Conn *conn, const char *row, size_t length)
{
    Command *command = &conn->command;
    bool wanted;

    if (conn->sink_failed)
        return;
    if (command->sink == NULL)
        wanted = error_set(&conn->failure, ERROR_FAULT, "nobody takes the rows of the COPY");
    else
    {
        loop_enter(conn->loop);
        wanted = command->sink(command->sink_context, row, length, &conn->failure);
        loop_leave(conn->loop);
    }
    if (wanted || conn->doomed)
        return;
    error_set(&conn->failure, ERROR_FAULT, "the sink ended the COPY without a reason");
    conn->sink_failed = true;
    conn_cancel(conn, CANCEL_ASKED);
}

static void
take_copied_rows(Conn *conn)
{
    conn->rows_left = false;
    for (int budget = ROWS_PER_TURN; budget > 0; budget--)
    {
        char *row;
        int length = PQgetCopyData(conn->pg, &row, 1);

        if (length == 0 && !conn->broken)
            return; /* libpq's buffer is empty: now it is right to wait */
        if (length <= 0)
        {
            conn->state = CONN_BUSY; /* the end, an error or the loss: PQgetResult() tells which */
            return;
        }
        deliver_row(conn, row, (size_t)length);
        PQfreemem(row);
        if (conn->doomed)
            return;
    }
    conn->rows_left = true;
}

/* Takes over item. */
static void
take_result(Conn *conn, PGresult *item)
{
    switch (PQresultStatus(item))
    {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        if (conn->guarding)
            break;
        result_add(&conn->result, item);
        return;
    case PGRES_COPY_OUT:
        conn->copied = true;
        conn->state = CONN_COPY_OUT;
        conn->again = true; /* rows may be buffered behind the header */
        break;
    case PGRES_COPY_IN: /* the server makes an error of it */
        if (PQputCopyEnd(conn->pg, "data from the client are not supported") < 0)
            conn_io_failed(conn);
        conn->again = true;
        break;
    default:
        if (failure_is_ours(item))
            conn->cut = true;
        if (identity_is_lost(conn, item))
            identity_lose(conn);
        else
            failure_from_result(item, conn->reason, &conn->failure);
    }
    conn->guarding = false; /* its result was the first */
    PQclear(item);
}

static void
take_results(Conn *conn)
{
    /* The call of PQisBusy() also parses what is buffered: it must come first. */
    while (conn->state == CONN_BUSY && (!PQisBusy(conn->pg) || conn->broken))
    {
        PGresult *item;

        if (conn->broken && PQstatus(conn->pg) != CONNECTION_BAD)
        {
            conn->cut = true; /* libpq would wait for more */
            conn->state = CONN_ENDING;
            return;
        }
        item = PQgetResult(conn->pg);
        if (item != NULL)
            take_result(conn, item);
        else
            conn->state = CONN_ENDING;
    }
}

/* Lets libpq parse what came without a command: notices, and the server's last words. */
static void
take_notices(Conn *conn)
{
    PGnotify *notify;

    while ((notify = PQnotifies(conn->pg)) != NULL)
        PQfreemem(notify);
}

static void
lose_idle(Conn *conn)
{
    watch_drop(&conn->watch);
    conn->state = CONN_LOST;
    conn->cut = false; /* no command is concerned */
    failure_lost(conn);
}

static void
take_all_results(Conn *conn)
{
    flush_output(conn);
    if (conn->state == CONN_COPY_OUT)
        take_copied_rows(conn);
    if (conn->doomed)
        return;
    if (conn->state == CONN_BUSY)
        take_results(conn);
    if (conn->state == CONN_ENDING && conn->cancel == NULL)
    {
        conn_finish_command(conn);
        return;
    }
    if (conn->state != CONN_IDLE)
        return;
    take_notices(conn);
    if (conn->broken)
        lose_idle(conn);
}

static void
rearm(Conn *conn)
{
    if (conn->state == CONN_LOST)
        return;
    if (conn->rows_left)
        turn_request(conn->turn);
    if (!conn->broken)
        watch_want(&conn->watch, conn->loop, PQsocket(conn->pg),
                   UV_READABLE | (conn->unsent ? UV_WRITABLE : 0), conn_on_ready, conn);
}

void
conn_pump(Conn *conn)
{
    if (conn->pumping)
    {
        conn->again = true;
        return;
    }
    conn->pumping = true;
    do
    {
        conn->again = false;
        take_all_results(conn);
    } while (conn->again && !conn->doomed && conn->state != CONN_LOST);
    conn->pumping = false;
    if (conn->doomed)
        conn_destroy(conn);
    else
        rearm(conn);
}

/* Reads from the socket, unless rows that are here wait to be taken: so memory stays bounded. */
static void
read_input(Conn *conn)
{
    int reads = PQsslInUse(conn->pg) ? TLS_READS : 1;

    if (conn->rows_left || conn->broken)
        return;
    for (; reads > 0 && !conn->broken; reads--)
    {
        if (PQconsumeInput(conn->pg) != 1)
            conn_io_failed(conn);
    }
}

void
conn_on_ready(void *owner, int status, int events)
{
    Conn *conn = owner;

    if (conn->state == CONN_CONNECTING)
    {
        connect_step(conn);
        return;
    }
    if (status < 0 || (events & UV_READABLE) != 0)
        read_input(conn);
    conn_pump(conn);
}

void
conn_on_turn(void *owner)
{
    Conn *conn = owner;

    if (conn->state == CONN_CONNECTING)
        connect_step(conn);
    else
        conn_pump(conn);
}

void
conn_on_tick(void *owner)
{
    Conn *conn = owner;

    read_input(conn);
    conn_pump(conn);
}
