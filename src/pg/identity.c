/*
 * The server session of a connection: that it is its own, and that it stays the same.
 *
 * A pooler may stand between.  It gives the connection a process id of its own making, or a session
 * that began before the connection did; and if it pools by transaction, the settings, locks and
 * prepared statements of ours would come to others, and theirs to us.  So nothing is SET before the
 * session is known; and from then on each command outside a transaction has a guard before it, in
 * the same message, which a pooler cannot separate from it.  In a transaction no pooler can change
 * the session.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/memory.h"
#include "conn_private.h"
#include "loop_private.h"
#include "sql/template.h"

enum
{
    LOOKS = 10,    /* at a session that a pooler gave: where it pools by transaction they differ */
    SLACK = 2,     /* seconds by which the server's clock may be set forward meanwhile */
    MARK_SIZE = 32 /* pgswap_ and a process id */
};

static const char division_by_zero[] = "22012";
static const char duplicate_cursor[] = "42P03";
static const char invalid_cursor_name[] = "34000";

static const char direct_hint[] =
    "Connect to the server directly. If the pooler keeps one server session for each connection "
    "(as PgBouncer does with pool_mode = session), use --session-pooler.";
static const char session_hint[] =
    "Connect to the server directly, or through a pool that keeps one server session for each "
    "connection and resets it afterwards (PgBouncer: pool_mode = session, server_reset_query = "
    "DISCARD ALL).";
static const char changed_hint[] =
    "Connect to the server directly. If there is a pooler in between, settings of pgswap may have "
    "stayed "
    "in its server sessions: have it open new ones (PgBouncer: RECONNECT).";

static bool
is_shared(const Conn *conn)
{
    for (const Conn *other = conn->loop->conns; other != NULL; other = other->next)
        if (other != conn && other->state != CONN_LOST && other->pid == conn->pid)
            return true;
    return false;
}

/* Whether the server's words about the session and libpq's about the connection agree. */
static bool
is_direct(const Conn *conn, int64_t age)
{
    return conn->pid == PQbackendPID(conn->pg) &&
           age <= (clock_ms() - conn->started) / 1000 + SLACK;
}

static bool
refuse_indirect(const Conn *conn, int64_t age, Error *error)
{
    error_set(error, ERROR_REFUSED, "there is a connection pooler between pgswap and the server");
    if (conn->pid != PQbackendPID(conn->pg))
        error_detail(error, "The server session is process %d, the connection was told %d.",
                     conn->pid, PQbackendPID(conn->pg));
    else
        error_detail(error, "The server session is %lld s old, the connection %lld s.",
                     (long long)age, (long long)(clock_ms() - conn->started) / 1000);
    return error_hint(error, "%s", direct_hint);
}

static bool
refuse_pool(Error *error)
{
    error_clear(error);
    error_set(error, ERROR_REFUSED,
              "the connection pooler does not keep one server session for each connection");
    return error_hint(error, "%s", session_hint);
}

bool
identity_take(Conn *conn, const Result *result, bool *again, Error *error)
{
    int before = conn->pid;
    int64_t age = result_get_int(result, 0, "age");

    conn->pid = (int)result_get_int(result, 0, "pid");
    *again = false;
    if (is_direct(conn, age))
        return true;
    if (!conn->params.session_pooler)
        return refuse_indirect(conn, age, error);
    if (is_shared(conn) || (conn->looks > 0 && conn->pid != before))
        return refuse_pool(error);
    *again = ++conn->looks < LOOKS;
    return true;
}

/* Renders a template with the mark of this session (count 1) and its process id (2); to be freed.
 */
static char *
render_mark(const Conn *conn, const char *name, int count, Error *error)
{
    char mark[MARK_SIZE], pid[MARK_SIZE];
    const TemplateVar vars[] = {{"mark", mark}, {"pid", pid}};
    Arena *scratch = arena_new();
    char *sql;

    snprintf(mark, sizeof(mark), "pgswap_%d", conn->pid);
    snprintf(pid, sizeof(pid), "%d", conn->pid);
    sql = memory_strdup(template_render_vars(scratch, name, vars, count, error));
    arena_free(scratch);
    return sql;
}

char *
identity_mark(const Conn *conn, Error *error)
{
    return render_mark(conn, "session_mark", 2, error);
}

bool
identity_guard(Conn *conn, Error *error)
{
    conn->guard = render_mark(conn, "session_guard", 1, error);
    return conn->guard != NULL;
}

/* The mark's two statements come before the prologue's own. */
void
identity_explain_mark(const Conn *conn, Error *failure)
{
    int succeeded = conn->result.count;

    if (succeeded == 0 && error_is(failure, division_by_zero))
        refuse_pool(failure);
    else if (succeeded == 1 && error_is(failure, duplicate_cursor))
    {
        error_clear(failure);
        error_set(
            failure, ERROR_REFUSED,
            "the connection pooler gave a server session that has settings of pgswap already");
        error_hint(failure, "%s", session_hint);
    }
}

bool
identity_is_lost(const Conn *conn, const PGresult *item)
{
    const char *sqlstate = PQresultErrorField(item, PG_DIAG_SQLSTATE);

    return conn->guarding && sqlstate != NULL && strcmp(sqlstate, invalid_cursor_name) == 0;
}

void
identity_lose(Conn *conn)
{
    conn->displaced = true;
    error_set(
        &conn->loss, ERROR_REFUSED,
        "connection \"%s\" has another server session than before, or its settings were reset",
        conn->name);
    error_detail(&conn->loss, "Its locks, settings and prepared statements were in process %d.",
                 conn->pid);
    error_hint(&conn->loss, "%s", changed_hint);
}
