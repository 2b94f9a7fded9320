/*
 * What went wrong: from libpq's and the server's words to an Error.
 *
 * The server's own words name the cause and come first; libpq's ("server closed the connection
 * unexpectedly") tell only that the connection is gone, and become the detail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "conn_private.h"

static const char query_canceled[] = "57014";
static const char lock_not_available[] = "55P03";
/* Raised by the functions of our state schema (templates/state_install.sql). */
static const char taken_over[] = "PS002";
static const char other_table[] = "PS003";

/* A field of a result; "" where libpq has none, as for errors that libpq itself made. */
static const char *
field(const PGresult *item, int code)
{
    const char *text = PQresultErrorField(item, code);

    return text != NULL ? text : "";
}

/* Class 08 is connection exception; 57P0x is a server that shuts down, crashed or starts. */
static bool
is_connection_state(const char *sqlstate)
{
    return strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57P0", 4) == 0;
}

static ErrorKind
kind_of(const char *sqlstate, CancelReason reason)
{
    if (*sqlstate == '\0' || is_connection_state(sqlstate))
        return ERROR_CONNECTION;
    if (strcmp(sqlstate, query_canceled) == 0 && reason == CANCEL_STOP)
        return ERROR_STOPPED;
    if (strcmp(sqlstate, query_canceled) == 0 && reason == CANCEL_LIMIT)
        return ERROR_LIMIT;
    if (strcmp(sqlstate, lock_not_available) == 0)
        return ERROR_LOCK;
    if (strcmp(sqlstate, taken_over) == 0)
        return ERROR_BUSY;
    if (strcmp(sqlstate, other_table) == 0)
        return ERROR_CHANGED;
    return ERROR_STATEMENT;
}

bool
failure_is_ours(const PGresult *item)
{
    return PQresultErrorField(item, PG_DIAG_SQLSTATE) == NULL;
}

char *
failure_words(const char *words)
{
    char *copy = memory_strdup(words);
    size_t length = strlen(copy);

    while (length > 0 && strchr(" \t\r\n", copy[length - 1]) != NULL)
        copy[--length] = '\0';
    return copy;
}

static void
copy_sqlstate(Error *error, const char *sqlstate)
{
    snprintf(error->sqlstate, sizeof(error->sqlstate), "%.5s", sqlstate);
}

static void
copy_fields(const PGresult *item, Error *error)
{
    const char *column = PQresultErrorField(item, PG_DIAG_COLUMN_NAME);
    const char *constraint = PQresultErrorField(item, PG_DIAG_CONSTRAINT_NAME);
    const char *detail = PQresultErrorField(item, PG_DIAG_MESSAGE_DETAIL);
    const char *hint = PQresultErrorField(item, PG_DIAG_MESSAGE_HINT);

    copy_sqlstate(error, field(item, PG_DIAG_SQLSTATE));
    error->column = memory_strdup(column);
    error->constraint = memory_strdup(constraint);
    if (detail != NULL)
        error_detail(error, "%s", detail);
    if (hint != NULL)
        error_hint(error, "%s", hint);
}

void
failure_from_result(const PGresult *item, CancelReason reason, Error *error)
{
    const char *message = PQresultErrorField(item, PG_DIAG_MESSAGE_PRIMARY);
    char *words;

    if (error->kind != ERROR_NONE)
        return; /* the first error names the cause */
    words = failure_words(message != NULL ? message : PQresultErrorMessage(item));
    error_set(error, kind_of(field(item, PG_DIAG_SQLSTATE), reason), "%s", words);
    copy_fields(item, error);
    free(words);
}

static void
copy_failure(Error *to, const Error *from)
{
    if (to->kind != ERROR_NONE)
        return;
    error_set(to, from->kind, "%s", from->message);
    copy_sqlstate(to, from->sqlstate);
    if (from->detail != NULL)
        error_detail(to, "%s", from->detail);
    if (from->hint != NULL)
        error_hint(to, "%s", from->hint);
}

/* Writes conn->loss: the server's words if there are any (from the command, or from a message that
 * came without one), and libpq's as the detail. */
static void
write_loss(Conn *conn)
{
    char *words = conn->io_words != NULL ? memory_strdup(conn->io_words)
                                         : failure_words(PQerrorMessage(conn->pg));

    if (conn->cut && conn->failure.sqlstate[0] != '\0')
        copy_failure(&conn->loss, &conn->failure);
    conn->loss.kind = ERROR_CONNECTION;
    if (conn->loss.message == NULL)
    {
        conn->loss.kind = ERROR_NONE;
        error_set(&conn->loss, ERROR_CONNECTION, "connection \"%s\" lost", conn->name);
    }
    if (conn->loss.detail == NULL && *words != '\0')
        error_detail(&conn->loss, "%s", words);
    free(words);
}

void
failure_lost(Conn *conn)
{
    write_loss(conn);
    if (!conn->cut || conn->sink_failed)
        return; /* the command ended before, or the sink's error is the cause */
    error_clear(&conn->failure);
    copy_failure(&conn->failure, &conn->loss);
}

void
failure_repeat_loss(const Conn *conn, Error *failure)
{
    copy_failure(failure, &conn->loss);
}

void
failure_on_notice(void *arg, const PGresult *item)
{
    Conn *conn = arg;
    const char *severity = field(item, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (*severity == '\0')
        severity = field(item, PG_DIAG_SEVERITY);
    if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0)
    {
        /* The server's last words to an idle connection; the loss follows. */
        failure_from_result(item, CANCEL_NONE, &conn->loss);
        return;
    }
    if (conn->params.on_notice == NULL || conn->doomed)
        return;
    conn->params.on_notice(conn->params.notice_context, conn->name, severity,
                           field(item, PG_DIAG_SQLSTATE), field(item, PG_DIAG_MESSAGE_PRIMARY));
}
