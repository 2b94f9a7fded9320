/*
 * N connections and a source of jobs.
 *
 * The phase hands out jobs from a callback; the pool keeps its connections busy; the phase's main
 * flow goes on (compaction, progress) and looks in from time to time:
 *
 *     pool_start(pool, next_chunk, chunk_done, &copy);
 *     while (!pool_wait(pool, 500))
 *         if (!compact_log(control, error))
 *             break;
 *     return pool_finish(pool, error);
 *
 * Callbacks run on the loop and must not await.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/await.h"

typedef struct Pool Pool;

/* A job: SQL (one or more statements in one implicit transaction), or a COPY OUT if sink is set. */
typedef struct Job
{
    const char *sql; /* borrowed until the job is done; the callback may free it then */
    CopySink sink;   /* NULL for a plain command */
    void *data;      /* the phase's own; context of the sink */
    bool alone;      /* one statement that the server takes on its own only, as VACUUM is */
    int64_t elapsed; /* out: microseconds from sending to the end */
} Job;

typedef enum PoolNext
{
    POOL_JOB,   /* *job is filled in */
    POOL_LATER, /* nothing now; ask again soon (a throttle) */
    POOL_END,   /* nothing more, ever */
} PoolNext;

/* Fills in the next job.  May fail by setting error and returning POOL_END. */
typedef PoolNext (*PoolNextJob)(void *context, Job *job, Error *error);

/*
 * A job has ended.  result is NULL if it failed, and failure says why (failure->kind is ERROR_NONE
 * otherwise).  Returns true to go on: a failed job that the phase can live with.  To end the pool
 * return false with error set (error_move(error, failure) passes the failure on).
 */
typedef bool (*PoolJobDone)(void *context, Job *job, const Result *result, Error *failure,
                            Error *error);

/* Opens count connections named "<name> 1" … in parallel.  NULL and error if any fails. */
Pool *pool_open(Loop *loop, const ConnParams *params, const char *name, int count, Error *error)
    ERROR_MUST_CHECK;

/* Runs the same SQL on every connection and waits: for session state such as a snapshot. */
bool pool_each(Pool *pool, const char *sql, Error *error) ERROR_MUST_CHECK;

/* Begins to hand out jobs. */
void pool_start(Pool *pool, PoolNextJob next, PoolJobDone done, void *context);

/* Begins with one job, and no others: what takes long while the main flow goes on.  Borrowed until
 * the pool has finished. */
void pool_start_one(Pool *pool, const Job *job);

/* Serves the loop up to so many milliseconds; true when all jobs have ended (or one ended it). */
bool pool_wait(Pool *pool, int64_t milliseconds);

/* Takes no new jobs, waits for those that run, reports the first error. */
bool pool_finish(Pool *pool, Error *error) ERROR_MUST_CHECK;

/* As pool_finish(), but cancels what runs first: for giving up. */
void pool_cancel(Pool *pool);

/* Closes all connections and frees the pool.  NULL is allowed. */
void pool_close(Pool *pool);
