/*
 * A server by script: it speaks as much of the protocol as a connection of ours needs, on a Unix
 * socket of its own, and answers each statement as the test says.  So what is decided between
 * statements is tested without a server that would have to be brought into that state.
 *
 *     static void answer(void *context, const char *statement, Reply *reply)
 *     {
 *         if (strstr(statement, "AS backlog") != NULL)
 *             reply_row(reply, "backlog", "7", "truncated", "f", NULL);
 *     }
 *
 *     Script *script = script_open(answer, &my_state);
 *     conn = await_connect(loop, script_params(script), "main", &error);
 *     …
 *     conn_close(conn);
 *     script_close(script);
 */
#pragma once

#include "pg/conn.h"

typedef struct Script Script;
typedef struct Reply Reply;

/* Answers one statement, without comments before it; one that is left unanswered succeeds without
 * rows. Called in a thread of its own, while the test waits for the answer: it may use what the
 * test uses, but not cmocka. */
typedef void (*ScriptAnswer)(void *context, const char *statement, Reply *reply);

/* Adds a row of name/value pairs up to a NULL name; a NULL value is a null.  Every row has the same
 * names. */
void reply_row(Reply *reply, ...) __attribute__((sentinel));

/* Nothing has been answered yet. */
bool reply_is_empty(const Reply *reply);

/* What the command tag says: "DELETE 5". */
void reply_tag(Reply *reply, const char *tag);

/* The statement fails, and with it the rest of its message. */
void reply_fails(Reply *reply, const char *sqlstate, const char *message);

/* The connection is cut instead of an answer. */
void reply_cuts(Reply *reply);

/* For one connection. */
Script *script_open(ScriptAnswer answer, void *context);
const ConnParams *script_params(const Script *script);

/* What was asked since the last script_forget(): the number of statements, one of them, and how
 * many have this piece in them.  Valid until the next statement. */
int script_asked(const Script *script);
const char *script_statement(const Script *script, int number);
int script_count(const Script *script, const char *piece);
void script_forget(Script *script);

/* Once its connection is closed, or was never made. */
void script_close(Script *script);
