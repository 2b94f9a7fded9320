/*
 * Everything that a swap changes, locked together: live, the tables at the other end of foreign
 * keys, its partition parent, views over it, sequences of its columns.
 *
 * PostgreSQL locks one thing at a time.  While we hold live and ask for the next, a session that
 * holds that one and waits for live behind us would never let it go: an insert into a referencing
 * table whose key is looked up in live, a query by way of a view, a transaction that took nextval()
 * and inserts now.  So what was not to be had moves to the front and the next attempt begins with
 * it; an application that takes its locks in one order is passed at the second attempt, however
 * many clients it has.  The first attempt waits for a tenth of lock_timeout, each further one
 * twice as long, since nearly always that is enough.  All of an attempt together stays below
 * deadlock_timeout, so that it is never a session of the application that the server picks as the
 * deadlock's victim.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/statement.h"
#include "tool/context.h"

typedef struct LockSet
{
    StatementList statements; /* each takes one lock; in the order of the next attempt */
    char *relations;          /* OIDs of what is locked, comma-separated */
    int64_t deadlock_timeout; /* ms; the server's */
    int failures;             /* attempts that did not get them all */
    int64_t asked_at;         /* us; when the first lock was asked for, 0 before */
    int64_t locked_at;        /* us; when it was granted, 0 before */
    int64_t waited;           /* us; until all were granted, or one was not to be had */
} LockSet;

/* An empty set; what is added lies in the context's arena. */
bool lockset_init(Context *context, LockSet *set, Error *error) ERROR_MUST_CHECK;

void lockset_add(Context *context, LockSet *set, const char *statement, const char *oid);

/* Forgets when the locks of an earlier attempt were taken. */
void lockset_reset(LockSet *set);

/* Takes all locks in the open transaction of the control connection.  On failure (ERROR_LOCK, or
 * ERROR_AGAIN when the time is over) the order is another one the next time. */
bool lockset_take(Context *context, LockSet *set, Error *error) ERROR_MUST_CHECK;
