/*
 * Sequential code over the loop: start something, serve the loop until it is done.
 */
#include "pg/await.h"

#include "conn_private.h"
#include "loop_private.h"

typedef struct Await
{
    bool done;
    const Result *result;
    Error *error;
} Await;

static void
on_awaited_opened(void *owner, Conn *conn, Error *failure)
{
    Await *await = owner;

    (void)conn;
    await->done = true;
    if (failure->kind != ERROR_NONE)
        error_move(await->error, failure);
}

Conn *
await_connect(Loop *loop, const ConnParams *params, const char *name, Error *error)
{
    Error failure = ERROR_INIT;
    Await await = {.error = &failure};
    Conn *conn;

    loop_check_may_wait(loop, "await_connect");
    conn = conn_open(loop, params, name, on_awaited_opened, &await);
    while (!await.done)
        loop_run_once(loop);
    if (failure.kind == ERROR_NONE)
        return conn;
    conn_close(conn);
    error_move(error, &failure);
    return NULL;
}

static void
on_done(void *owner, Conn *conn, const Result *result, Error *failure)
{
    Await *await = owner;

    (void)conn;
    await->done = true;
    await->result = result;
    if (result == NULL)
        error_move(await->error, failure);
}

static const Result *
await_command(Conn *conn, const Command *what, Error *error)
{
    Await await = {.error = error};
    Command command = *what;

    command.done = on_done;
    command.owner = &await;
    conn_start(conn, &command);
    while (!await.done)
        loop_run_once(conn->loop);
    return await.result;
}

const Result *
await_query(Conn *conn, const char *sql, Error *error)
{
    Command command = {.sql = sql};

    loop_check_may_wait(conn->loop, "await_query");
    return await_command(conn, &command, error);
}

bool
await_copy(Conn *conn, const char *sql, CopySink sink, void *context, Error *error)
{
    Command command = {.sql = sql, .sink = sink, .sink_context = context};

    loop_check_may_wait(conn->loop, "await_copy");
    return await_command(conn, &command, error) != NULL;
}
