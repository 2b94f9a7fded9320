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
static const char deadlock_detected[] = "40P01";
static const char serialization_failure[] = "40001";
static const char internal_error[] = "XX000";
/* Raised by the functions of our state schema (templates/state/state_install.sql). */
static const char taken_over[] = "PS002";
static const char other_table[] = "PS003";

/* A field of a result; "" where libpq has none, as for errors that libpq itself made. */
static const char *
result_field(const PGresult *item, int code)
{
    const char *text = PQresultErrorField(item, code);

    return text != NULL ? text : "";
}

/* Disk full, out of memory, temp_file_limit, … */
static bool
is_insufficient_resources(const char *sqlstate)
{
    return strncmp(sqlstate, "53", 2) == 0;
}

/* Class 08 is connection exception; 57P0x is a server that shuts down, crashed or starts. */
static bool
is_connection_state(const char *sqlstate)
{
    return strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57P0", 4) == 0;
}

/* Others wrote to the same row and committed while we waited for it: a row of a table, or one of a
 * catalog (no code of its own, in English always: simple_heap_update() in PostgreSQL's heapam.c).
 */
static bool
is_race(const char *sqlstate, const char *message)
{
    return strcmp(sqlstate, serialization_failure) == 0 ||
           (strcmp(sqlstate, internal_error) == 0 && strstr(message, "concurrently") != NULL);
}

static ErrorKind
kind_of(const char *sqlstate, const char *message, CancelReason reason)
{
    if (*sqlstate == '\0' || is_connection_state(sqlstate))
        return ERROR_CONNECTION;
    if (strcmp(sqlstate, query_canceled) == 0 && reason == CANCEL_STOP)
        return ERROR_STOPPED;
    if (is_insufficient_resources(sqlstate) ||
        (strcmp(sqlstate, query_canceled) == 0 && reason == CANCEL_LIMIT))
        return ERROR_LIMIT;
    if (strcmp(sqlstate, lock_not_available) == 0 || strcmp(sqlstate, deadlock_detected) == 0)
        return ERROR_LOCK;
    if (is_race(sqlstate, message))
        return ERROR_AGAIN;
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

    error->position = atoi(result_field(item, PG_DIAG_STATEMENT_POSITION));
    copy_sqlstate(error, result_field(item, PG_DIAG_SQLSTATE));
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
    error_set(error, kind_of(result_field(item, PG_DIAG_SQLSTATE), words, reason), "%s", words);
    copy_fields(item, error);
    free(words);
}

/* libpq's text of an error of the server, as it is when verbose, has the only SQLSTATE there is
 * while connecting: "FATAL:  28P01: password …", and a line "LOCATION:  …" at the end.  Takes both
 * out of words; of several hosts that were tried the last one counts. */
static void
take_sqlstate(char *words, char sqlstate[6])
{
    static const char code[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", location[] = "\nLOCATION:  ";
    char *at = words, *end;

    while ((at = strstr(at, ":  ")) != NULL)
    {
        at += 3;
        if (strspn(at, code) != 5 || strncmp(at + 5, ": ", 2) != 0)
            continue;
        memcpy(sqlstate, at, 5);
        sqlstate[5] = '\0';
        memmove(at, at + 7, strlen(at + 7) + 1);
    }
    while ((at = strstr(words, location)) != NULL)
    {
        end = at + 1 + strcspn(at + 1, "\n");
        memmove(at, end, strlen(end) + 1);
    }
}

/* Whether what a server says to somebody who connects may be different in a while: it has no room,
 * starts, stops, is in trouble.  A wrong password, role or database stays wrong. */
static bool
may_let_in_later(const char *sqlstate)
{
    static const char *const classes[] = {"08", "53", "57", "58", "XX"};

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strncmp(sqlstate, classes[i], 2) == 0)
            return true;
    return *sqlstate == '\0';
}

void
failure_of_connecting(Conn *conn, Error *error)
{
    char *words = failure_words(PQerrorMessage(conn->pg)), sqlstate[6] = "";

    if (PQconnectionNeedsPassword(conn->pg))
    {
        strcpy(sqlstate, "28P01"); /* libpq did not even try */
        if (conn->params.password_wanted != NULL)
            *conn->params.password_wanted = true;
    }
    take_sqlstate(words, sqlstate);
    if (error->kind == ERROR_NONE)
    {
        if (may_let_in_later(sqlstate))
            error_set(error, ERROR_CONNECTION, "could not connect");
        else
            error_set(error, ERROR_REFUSED, "the server refused the connection");
        copy_sqlstate(error, sqlstate);
    }
    if (*words != '\0')
        error_detail(error, "%s", words);
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
    const char *severity = result_field(item, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (*severity == '\0')
        severity = result_field(item, PG_DIAG_SEVERITY);
    if (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0)
    {
        /* The server's last words to an idle connection; the loss follows. */
        failure_from_result(item, CANCEL_NONE, &conn->loss);
        return;
    }
    if (conn->params.on_notice == NULL || conn->doomed)
        return;
    conn->params.on_notice(conn->params.notice_context, conn->name, severity,
                           result_field(item, PG_DIAG_SQLSTATE),
                           result_field(item, PG_DIAG_MESSAGE_PRIMARY));
}
