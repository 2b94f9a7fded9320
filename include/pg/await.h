/*
 * Sequential code over the loop: each function runs the loop until its own work is done, while
 * timers, signals, progress and the other connections keep being served.
 *
 * The rule: the main flow awaits; a callback never does (uv_run is not re-entrant, and these
 * functions end the program if called from a callback).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/conn.h"

/*
 * Connects and runs the prologue.  ERROR_CONNECTION on failure, with the server's or libpq's own
 * words and, where several hosts were tried, those of each; ERROR_REFUSED, before anything was SET,
 * if the server session is not the connection's own: a pooler stands between.
 */
Conn *await_connect(Loop *loop, const ConnParams *params, const char *name, Error *error)
    ERROR_MUST_CHECK;

/*
 * Runs SQL (one or more statements, simple protocol; several form one implicit transaction).
 * The first error counts.  ERROR_STATEMENT with SQLSTATE, detail, hint, column and constraint if
 * the server refused it; ERROR_CONNECTION if the connection was lost (the server's own reason,
 * such as 57P01, is kept); ERROR_STOPPED if a second signal cancelled it; ERROR_LIMIT past the
 * deadline; ERROR_REFUSED, and the connection counts as lost, if it has another server session than
 * the one that the prologue was run in (seen before the first statement outside a transaction).
 */
const Result *await_query(Conn *conn, const char *sql, Error *error) ERROR_MUST_CHECK;

/* Receives one row of a COPY OUT; data is valid during the call.  False (with error set) ends it.
 */
typedef bool (*CopySink)(void *context, const char *data, size_t length, Error *error);

/* Runs a COPY … TO STDOUT and hands each CopyData message to the sink, as fast as it takes them:
 * the loop stays fair, and rows never pile up in memory. */
bool await_copy(Conn *conn, const char *sql, CopySink sink, void *context, Error *error)
    ERROR_MUST_CHECK;
