/*
 * A connection to a server: one PGconn as a state machine on the loop.
 *
 * Code above this layer uses the await_* functions (pg/await.h) and the pool (pg/pool.h); what is
 * here is opening parameters, identity and closing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/loop.h"
#include "pg/result.h"

typedef struct Conn Conn;

/* A notice of the server; text is valid during the call only. */
typedef void (*ConnNotice)(void *context, const char *conn_name, const char *severity,
                           const char *sqlstate, const char *message);

/* How to connect.  All strings are borrowed and must outlive the connections made from it. */
typedef struct ConnParams
{
    const char *const *keywords; /* as PQconnectStartParams with expand_dbname, NULL-terminated */
    const char *const *values;
    const char *prologue;    /* SQL run once on every new connection, or NULL: nothing is SET */
    bool session_pooler;     /* a pooler may stand between, if it pools by session */
    bool *password_wanted;   /* set where the server asks for one and none was given; or NULL */
    int64_t connect_timeout; /* milliseconds for the whole of connecting, prologue included */
    ConnNotice on_notice;    /* may be NULL: notices are dropped */
    void *notice_context;
} ConnParams;

/* Name given at connecting, for messages. */
const char *conn_name(const Conn *conn);

/* Server version as the server says it: 150018 for 15.18. */
int conn_server_version(const Conn *conn);

/* Process id of the server session as the server says it; a pooler tells libpq another one. */
int conn_backend_pid(const Conn *conn);

/* False once the connection is lost. */
bool conn_is_open(const Conn *conn);

/* How many statements of the last command have succeeded: it tells which one failed. */
int conn_statements_done(const Conn *conn);

/* Whether it was made with options of its own (PGOPTIONS, options=): settings that other sessions
 * do not have. */
bool conn_has_options(const Conn *conn);

/* Whether the server runs on this machine, and no pooler or other host stands between: only then
 * are its files ours to look at.  False where that cannot be told. */
bool conn_server_is_here(const Conn *conn);

/*
 * Milliseconds that all commands from here on may take together; past it the one that runs is
 * cancelled and fails with ERROR_LIMIT, SQLSTATE 57014, as does every later one.  0 (the start
 * value): no limit.
 */
void conn_set_deadline(Conn *conn, int64_t milliseconds);

/* Closes the connection (a running command is abandoned) and frees it.  NULL is allowed. */
void conn_close(Conn *conn);
