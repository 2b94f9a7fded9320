/*
 * A session: connecting, finding the table and its migration, and doing something with it although
 * connections are lost.
 */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "cmd/options.h"
#include "model/target.h"
#include "tool/context.h"

/* Everything of one invocation; opened by session_open, closed by session_close. */
typedef struct Session
{
    Context context;
    const Options *options;
    json_t *report;     /* what the command has to tell in JSON; see report.h */
    const char *table;  /* as the server spells it; NULL: not known yet */
    int server_version; /* 150018 for 15.18; 0: not known yet */
    ConnParams control_params;
    ConnParams worker_params;
    const char *keywords[10];
    const char *values[10];
    char *password;       /* that was entered, or NULL */
    bool password_wanted; /* the server asked for one, and none was given */
    Target target;        /* what the table's name stands for */
    bool has_begun; /* work on the migration, so that a pause holds it up and ends it no more */
    int64_t follow_until; /* clock_ms(), whatever connections are lost meanwhile */
} Session;

typedef bool (*CommandFunction)(Session *session, Error *error);

/* Prepares a session: parameters, no connection yet. */
bool session_init(Session *session, Arena *arena, Loop *loop, const Options *options,
                  json_t *report, Error *error) ERROR_MUST_CHECK;

/* Opens the control connection. */
bool session_connect(Session *session, Error *error) ERROR_MUST_CHECK;

/* Connects, if need be, and runs once(); when the connection is lost on the way, connects again and
 * runs it anew (the state says where to go on), for as long as --reconnect says. */
bool session_retry(Session *session, CommandFunction once, Error *error) ERROR_MUST_CHECK;

/* Closes all connections; the session can be connected again. */
void session_close(Session *session);

/*
 * Finds the unfinished migration of the table the user named, takes the table's lock and the lease;
 * for what ends it, wherever it came from.  ERROR_FAULT if there is none.
 */
bool session_find_migration(Session *session, Error *error) ERROR_MUST_CHECK;

/* That, for what works on both tables: ERROR_CHANGED if one of them is not there any more, or they
 * came here with a dump. */
bool session_take_migration(Session *session, Error *error) ERROR_MUST_CHECK;

/* ERROR_PAUSED if the migration is paused and this command has not begun yet. */
bool session_may_begin(Session *session, Error *error) ERROR_MUST_CHECK;

/* Workers are named after the migration, so that a later run can tell those of an earlier one; they
 * have the parameters that the migration keeps. */
bool session_name_workers(Session *session, Error *error) ERROR_MUST_CHECK;
