/*
 * The inside of a connection, shared by conn.c (commands), connect.c (opening), identity.c (the
 * server session it has), pump.c (progress) and failure.c (what went wrong).
 *
 * The rules: a watch is dropped before any libpq call that may replace or close the socket; pump.c
 * alone makes progress and decides what to wait for; what libpq has buffered is delivered before a
 * loss is reported, since it often names the true cause.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "base/error.h"
#include "cancel_private.h"
#include "pg/await.h"
#include "pg/conn.h"
#include "result_private.h"
#include "timer_private.h"
#include "turn_private.h"
#include "watch_private.h"

typedef enum ConnState
{
    CONN_CONNECTING, /* waits as PQconnectPoll says; then IDLE or LOST */
    CONN_IDLE,       /* no command; readable means notice or loss */
    CONN_BUSY,       /* a command was sent and results are awaited; then COPY_OUT or ENDING */
    CONN_COPY_OUT,   /* rows arrive; then BUSY */
    CONN_ENDING,     /* the last result is here; waits for a cancel request; then IDLE or LOST */
    CONN_LOST,       /* the end: only conn_close() is left */
} ConnState;

/* Why a cancel was asked for; the first reason counts. */
typedef enum CancelReason
{
    CANCEL_NONE,
    CANCEL_ASKED, /* by the pool, or a sink that wants no more */
    CANCEL_LIMIT, /* the deadline has passed */
    CANCEL_STOP,  /* a second signal */
} CancelReason;

/* The connection is ready, or failure says why not (its kind is ERROR_NONE otherwise). */
typedef void (*ConnOpened)(void *owner, Conn *conn, Error *failure);

/* The command has ended.  result is NULL if it failed; the failure may be moved away. */
typedef void (*CommandDone)(void *owner, Conn *conn, const Result *result, Error *failure);

/* A command: SQL, with COPY data if sink is set. */
typedef struct Command
{
    const char *sql; /* is read by conn_start() only */
    bool alone;      /* the server takes it only as the one statement of a message */
    CopySink sink;
    void *sink_context;
    CommandDone done;
    void *owner;
} Command;

struct Conn
{
    char *name;
    Loop *loop;
    Conn *previous, *next; /* in the loop's list */
    ConnParams params;
    PGconn *pg;
    Watch *watch;
    ConnState state;

    ConnOpened opened; /* NULL once it was called */
    void *owner;
    bool interrupted; /* a second signal came while connecting */

    int64_t started; /* clock_ms() when it began to be opened */
    int pid;         /* of the server session, as the server says it; 0: not known yet */
    int looks;       /* at a session that a pooler gave */
    char *guard;     /* SQL that fails in any other session; NULL as long as nothing is SET */
    bool guarding;   /* its result is awaited */
    bool displaced;  /* it failed: nothing more may be sent */

    Command command;
    Result result;
    Error failure;    /* first error of the running command */
    bool copied;      /* the command was a COPY OUT */
    bool sink_failed; /* its rows are wanted no more */
    bool cut;         /* the connection was lost before the command had ended */
    int64_t deadline;

    int64_t cancel_limit; /* ms until a server that does not react to a cancel counts as lost */
    Cancel *cancel;       /* the request that is under way */
    CancelReason reason;
    int64_t cancel_start; /* clock_ms() of the first request */

    Turn *turn;   /* goes on with rows that libpq holds: no readiness will come for them */
    Timer *limit; /* connect timeout, deadline, cancel_limit */
    Timer *tick;  /* looks for bytes that TLS holds back */

    bool unsent;    /* libpq has output left */
    bool rows_left; /* the row budget ended before libpq's buffer did: read no more now */
    bool broken;    /* I/O failed: deliver what is buffered, then report the loss */
    char *io_words; /* what libpq said then */
    Error loss;     /* why the connection is lost */

    bool pumping, again; /* re-entrancy guard of conn_pump() */
    bool doomed;         /* closed from a callback: conn_pump() frees it */
};

/* connect.c: opens a connection; opened is called once, from the loop. */
Conn *conn_open(Loop *loop, const ConnParams *params, const char *name, ConnOpened opened,
                void *owner);
void connect_step(Conn *conn);

/*
 * identity.c: which server session this is.  result is that of template session_identity.  False
 * with ERROR_REFUSED if it is not this connection's own; *again if it has to be asked again.
 */
bool identity_take(Conn *conn, const Result *result, bool *again, Error *error);

/* SQL that marks the session, to be sent before the prologue; to be freed.  What it fails with
 * where the session is not the one that was looked at becomes ERROR_REFUSED. */
char *identity_mark(const Conn *conn, Error *error);
void identity_explain_mark(const Conn *conn, Error *failure);

/* From here on commands are guarded by the mark. */
bool identity_guard(Conn *conn, Error *error);

/* The guard says that the session is another one: conn->loss tells, and the connection is lost. */
bool identity_is_lost(const Conn *conn, const PGresult *item);
void identity_lose(Conn *conn);

/* conn.c: starts a command; done is called once, unless the connection is closed before. */
void conn_start(Conn *conn, const Command *command);

/* Asks the server to end the running command, again and again until it does. */
void conn_cancel(Conn *conn, CancelReason reason);

/* The deadline has passed, or it is time to look again at a cancel. */
void conn_limit(Conn *conn);

/* A second signal: cancels the command or ends connecting.  Calls nothing back. */
void conn_interrupt(Conn *conn);

/* Ends the running command: the next state is IDLE or LOST, and done is called. */
void conn_finish_command(Conn *conn);

void conn_destroy(Conn *conn);

/* pump.c: makes all progress that can be made now, then waits.  conn may be gone afterwards. */
void conn_pump(Conn *conn);
void conn_io_failed(Conn *conn);
void conn_on_ready(void *owner, int status, int events); /* WatchReady */
void conn_on_turn(void *owner);                          /* TurnCome */
void conn_on_tick(void *owner);                          /* TimerFire */

/* failure.c: reads a failed result. */
void failure_from_result(const PGresult *item, CancelReason reason, Error *error);
bool failure_is_ours(const PGresult *item); /* libpq made it, not the server */

/* Connecting failed: why, as its detail, and whether that can be another time (ERROR_CONNECTION) or
 * is refused (ERROR_REFUSED); unless the error is written already, which gets the detail then. */
void failure_of_connecting(Conn *conn, Error *error);

/* The connection is lost: conn->loss tells why, and so does conn->failure if the command was cut.
 */
void failure_lost(Conn *conn);

/* A failure for a command on a connection that was lost before. */
void failure_repeat_loss(const Conn *conn, Error *failure);

/* PQnoticeReceiver; arg is the Conn. */
void failure_on_notice(void *arg, const PGresult *item);

/* libpq's words without the line feed at the end; to be freed. */
char *failure_words(const char *words);
