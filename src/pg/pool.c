/*
 * The pool: workers, each a connection, and jobs that are handed to idle ones.
 *
 * A worker does one thing at a time: a job, the mending after a failed job, or a command for all.
 * Its connection may be lost; then it takes no more jobs, and the pool ends when no worker is left.
 */
#include "pg/pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/memory.h"
#include "base/text.h"
#include "conn_private.h"
#include "loop_private.h"

enum
{
    ASK_AGAIN = 100 /* ms after which a source that said POOL_LATER is asked again */
};

typedef struct Worker
{
    Pool *pool;
    Conn *conn;
    bool opened;
    bool busy;
    Job job;
    int64_t job_start; /* clock_us() */
} Worker;

struct Pool
{
    Loop *loop;
    Worker *workers;
    int count;
    Timer *later; /* asks the source again */
    PoolNextJob next;
    PoolJobDone done;
    void *context;
    const Job *one; /* of pool_start_one(), until it is handed out */
    bool ended;     /* takes no new jobs */
    Error failure;  /* the first one that ended it */
};

static void hand_out(Pool *pool);

static void
end_pool(Pool *pool)
{
    pool->ended = true;
    timer_stop(pool->later);
}

static int
count_busy(const Pool *pool)
{
    int busy = 0;

    for (int i = 0; i < pool->count; i++)
        busy += pool->workers[i].busy ? 1 : 0;
    return busy;
}

static void
on_later(void *owner)
{
    hand_out(owner);
}

/* ---- opening and closing ---- */

static void
on_worker_opened(void *owner, Conn *conn, Error *failure)
{
    Worker *worker = owner;

    worker->opened = true;
    if (failure->kind == ERROR_NONE)
        return;
    error_context(failure, "connection \"%s\"", conn_name(conn));
    error_move(&worker->pool->failure, failure);
}

static void
open_worker(Pool *pool, int index, const ConnParams *params, const char *name)
{
    Worker *worker = &pool->workers[index];
    Text text = {0};

    text_printf(&text, "%s %d", name, index + 1);
    worker->pool = pool;
    worker->conn = conn_open(pool->loop, params, text_cstr(&text), on_worker_opened, worker);
    text_clear(&text);
}

static bool
is_opening(const Pool *pool)
{
    for (int i = 0; i < pool->count; i++)
    {
        if (!pool->workers[i].opened)
            return pool->failure.kind == ERROR_NONE;
    }
    return false;
}

Pool *
pool_open(Loop *loop, const ConnParams *params, const char *name, int count, Error *error)
{
    Pool *pool = memory_new(1, sizeof(*pool));

    loop_check_may_wait(loop, "pool_open");
    pool->loop = loop;
    pool->later = timer_new(loop, on_later, pool);
    pool->count = count;
    pool->workers = memory_new((size_t)count, sizeof(Worker));
    pool->ended = true;
    for (int i = 0; i < count; i++)
        open_worker(pool, i, params, name);
    while (is_opening(pool))
        loop_run_once(loop);
    if (pool->failure.kind == ERROR_NONE)
        return pool;
    error_move(error, &pool->failure);
    pool_close(pool);
    return NULL;
}

void
pool_close(Pool *pool)
{
    if (pool == NULL)
        return;
    for (int i = 0; i < pool->count; i++)
        conn_close(pool->workers[i].conn);
    timer_drop(&pool->later);
    error_clear(&pool->failure);
    free(pool->workers);
    free(pool);
}

/* ---- one command for all ---- */

static void
on_each_done(void *owner, Conn *conn, const Result *result, Error *failure)
{
    Worker *worker = owner;

    worker->busy = false;
    if (result != NULL)
        return;
    error_context(failure, "connection \"%s\"", conn_name(conn));
    error_move(&worker->pool->failure, failure);
}

bool
pool_each(Pool *pool, const char *sql, Error *error)
{
    loop_check_may_wait(pool->loop, "pool_each");
    if (count_busy(pool) > 0)
        fault("pool_each was called while jobs are running");
    for (int i = 0; i < pool->count; i++)
    {
        Worker *worker = &pool->workers[i];
        Command command = {.sql = sql, .done = on_each_done, .owner = worker};

        worker->busy = true;
        conn_start(worker->conn, &command);
    }
    while (count_busy(pool) > 0)
        loop_run_once(pool->loop);
    if (pool->failure.kind == ERROR_NONE)
        return true;
    error_move(error, &pool->failure);
    return false;
}

/* ---- jobs ---- */

static void
on_mended(void *owner, Conn *conn, const Result *result, Error *failure)
{
    Worker *worker = owner;

    (void)conn;
    (void)result; /* it fails only if the connection is lost, which hand_out() sees */
    (void)failure;
    worker->busy = false;
    hand_out(worker->pool);
}

/* Leaves a transaction that a failed job left open; true if there is one. */
static bool
mend(Worker *worker)
{
    Command command = {.done = on_mended, .owner = worker};

    if (!conn_is_open(worker->conn) || PQtransactionStatus(worker->conn->pg) != PQTRANS_INERROR)
        return false;
    command.sql = "ROLLBACK"; /* lint: sql */
    conn_start(worker->conn, &command);
    return true;
}

static void
on_job_done(void *owner, Conn *conn, const Result *result, Error *failure)
{
    Worker *worker = owner;
    Pool *pool = worker->pool;

    (void)conn;
    worker->job.elapsed = clock_us() - worker->job_start;
    if (!pool->done(pool->context, &worker->job, result, failure, &pool->failure))
    {
        error_set(&pool->failure, ERROR_FAULT, "a job ended the pool without a reason");
        end_pool(pool);
    }
    if (result == NULL && mend(worker))
        return; /* stays busy */
    worker->busy = false;
    hand_out(pool);
}

static void
start_job(Worker *worker)
{
    Command command = {.sql = worker->job.sql,
                       .alone = worker->job.alone,
                       .sink = worker->job.sink,
                       .sink_context = worker->job.data,
                       .done = on_job_done,
                       .owner = worker};

    worker->busy = true;
    worker->job_start = clock_us();
    conn_start(worker->conn, &command);
}

/* An idle worker whose connection is there, or NULL. */
static Worker *
idle_worker(Pool *pool)
{
    for (int i = 0; i < pool->count; i++)
    {
        Worker *worker = &pool->workers[i];

        if (!worker->busy && conn_is_open(worker->conn))
            return worker;
    }
    return NULL;
}

/* Nobody is left to do a job. */
static void
check_workers(Pool *pool)
{
    if (pool->ended || count_busy(pool) > 0 || idle_worker(pool) != NULL)
        return;
    failure_repeat_loss(pool->workers[0].conn, &pool->failure);
    end_pool(pool);
}

static PoolNext
ask_next(Pool *pool, Job *job)
{
    PoolNext answer;

    loop_enter(pool->loop);
    answer = pool->next(pool->context, job, &pool->failure);
    loop_leave(pool->loop);
    if (answer == POOL_LATER)
        timer_start(pool->later, ASK_AGAIN, 0);
    if (answer == POOL_END)
        end_pool(pool);
    return answer;
}

/* Gives jobs to idle workers as long as there are both. */
static void
hand_out(Pool *pool)
{
    Worker *worker;

    while (!pool->ended && (worker = idle_worker(pool)) != NULL)
    {
        Job job = {0};

        if (ask_next(pool, &job) != POOL_JOB)
            return;
        worker->job = job;
        start_job(worker);
    }
    check_workers(pool);
}

void
pool_start(Pool *pool, PoolNextJob next, PoolJobDone done, void *context)
{
    if (!pool->ended || count_busy(pool) > 0)
        fault("pool_start was called while jobs are running");
    error_clear(&pool->failure);
    pool->next = next;
    pool->done = done;
    pool->context = context;
    pool->ended = false;
    timer_start(pool->later, 0, 0); /* from the loop: the source is a callback */
}

static PoolNext
next_one(void *context, Job *job, Error *error)
{
    Pool *pool = context;

    (void)error;
    if (pool->one == NULL)
        return POOL_END;
    *job = *pool->one;
    pool->one = NULL;
    return POOL_JOB;
}

static bool
one_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    (void)context;
    (void)job;
    error_move(error, failure);
    return result != NULL;
}

void
pool_start_one(Pool *pool, const Job *job)
{
    pool->one = job;
    pool_start(pool, next_one, one_done, pool);
}

/* All jobs have ended, or one ended it. */
static bool
is_over(const Pool *pool)
{
    return pool->failure.kind != ERROR_NONE || (pool->ended && count_busy(pool) == 0);
}

bool
pool_wait(Pool *pool, int64_t milliseconds)
{
    int64_t end = clock_ms() + milliseconds;

    loop_check_may_wait(pool->loop, "pool_wait");
    while (!is_over(pool))
    {
        int64_t rest = end - clock_ms();

        if (rest <= 0)
            return false;
        loop_turn(pool->loop, rest);
    }
    return true;
}

bool
pool_finish(Pool *pool, Error *error)
{
    bool failed;

    loop_check_may_wait(pool->loop, "pool_finish");
    end_pool(pool);
    while (count_busy(pool) > 0)
        loop_run_once(pool->loop);
    failed = pool->failure.kind != ERROR_NONE;
    error_move(error, &pool->failure);
    return !failed;
}

void
pool_cancel(Pool *pool)
{
    Error ignored = ERROR_INIT;

    loop_check_may_wait(pool->loop, "pool_cancel");
    end_pool(pool);
    for (int i = 0; i < pool->count; i++)
        conn_cancel(pool->workers[i].conn, CANCEL_ASKED);
    if (!pool_finish(pool, &ignored))
        error_clear(&ignored);
}
