/*
 * Taking a strong lock on a busy table without being noticed: short attempts under lock_timeout,
 * not even queueing behind a transaction that will last, and peace afterwards.
 *
 * A waiting ACCESS EXCLUSIVE lock stops every new reader behind it.  So the pause after an attempt
 * is 400 times what it imposed (up to retry_pause), by half more or less at random: whatever
 * is in the way, and however long, others wait for a quarter of a percent of the time, too little
 * to move the 99th percentile. While a blocker is merely watched nothing is imposed, and it is
 * looked for once a second with full jitter.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/*
 * One attempt: opens a transaction on the control connection, locks, works and commits.  On failure
 * the caller rolls back.  ERROR_LOCK, ERROR_AGAIN and the end of the budget mean: try again.
 */
typedef bool (*PoliteAttempt)(Context *context, void *data, Error *error);

/* Called between attempts, outside any lock; what is set as error ends the loop. */
typedef bool (*PoliteBetween)(Context *context, void *data, Error *error);

typedef struct PoliteTask
{
    const char *what;      /* for messages, the name of live follows: "install … triggers on" */
    const char *relations; /* OIDs to look at first, comma-separated */
    bool readers_pass;     /* the lock does not conflict with ACCESS SHARE and ROW SHARE */
    int64_t deadline;      /* milliseconds for all attempts */
    PoliteAttempt attempt;
    PoliteBetween between; /* may be NULL */
    void *data;
    int64_t until;   /* clock_ms(); the end of the deadline, set by polite_run() */
    int64_t imposed; /* ms that others may have waited for the last attempt; the attempt may set it,
                        else its duration counts */
} PoliteTask;

/*
 * Opens the transaction of an attempt, with standby locked, after autovacuums of it and of the
 * relations gave way to locks that stop nobody.  What is asked for after it waits for lock_timeout,
 * and all of it ends with lock_timeout and max_lock_hold.
 *
 * The weak lock on live is let go again: with it in hand, a session that holds any lock on live and
 * asks for one against it (TRUNCATE, LOCK TABLE, CREATE INDEX) would be a deadlock's victim at
 * once, since the server does not wait for deadlock_timeout where both wait for one and the same
 * lock.
 */
bool polite_begin(Context *context, const char *relations, Error *error) ERROR_MUST_CHECK;

/* The part of that which may take seconds, to be done ahead of what should be fresh when the locks
 * are asked for: autovacuums give way, and nothing is kept. */
bool polite_make_way(Context *context, const char *relations, Error *error) ERROR_MUST_CHECK;

/* Says in an error that is a lock timeout who holds or wants the live table. */
void polite_explain(Context *context, Error *error);

/* Tries until it works.  ERROR_LOCK when the deadline is over. */
bool polite_run(Context *context, PoliteTask *task, Error *error) ERROR_MUST_CHECK;
