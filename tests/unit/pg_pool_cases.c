/*
 * The pool against a real server.
 */
#include "pg_cases.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "pg/pool.h"
#include "pg_fixture.h"

/* A source of jobs and what became of them. */
typedef struct Work
{
    const char *sql; /* of each job */
    CopySink sink;
    int total;
    int given;
    int done;
    int failed;
    int64_t copied;      /* rows that the sink got */
    ErrorKind last_kind; /* of the last failure */
    char last_sqlstate[6];
    bool fatal;        /* a failed job ends the pool */
    int later_at;      /* number of the job before which POOL_LATER is said once, or -1 */
    int next_fails_at; /* number of the job at which the source fails, or -1 */
    int pids[64];      /* backends that did jobs, as their first column said */
    int pid_count;
    int64_t elapsed;
} Work;

static PoolNext
next_job(void *context, Job *job, Error *error)
{
    Work *work = context;

    if (work->given == work->next_fails_at)
    {
        error_set(error, ERROR_REFUSED, "no job %d", work->given);
        return POOL_END;
    }
    if (work->given == work->later_at)
    {
        work->later_at = -1;
        return POOL_LATER;
    }
    if (work->given == work->total)
        return POOL_END;
    work->given++;
    *job = (Job){.sql = work->sql, .sink = work->sink, .data = work};
    return POOL_JOB;
}

static void
note_pid(Work *work, int pid)
{
    for (int i = 0; i < work->pid_count; i++)
    {
        if (work->pids[i] == pid)
            return;
    }
    work->pids[work->pid_count++] = pid;
}

static bool
job_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    Work *work = context;

    assert_ptr_equal(job->data, work);
    assert_ptr_equal(job->sql, work->sql);
    assert_true((result == NULL) == (failure->kind != ERROR_NONE));
    work->done++;
    work->elapsed += job->elapsed;
    if (result != NULL)
    {
        if (job->sink == NULL && result_rows(result) > 0)
            note_pid(work, (int)result_get_int(result, 0, "pid"));
        return true;
    }
    work->failed++;
    work->last_kind = failure->kind;
    memcpy(work->last_sqlstate, failure->sqlstate, sizeof(work->last_sqlstate));
    if (work->fatal)
        error_move(error, failure);
    return !work->fatal;
}

static bool
count_copied(void *context, const char *data, size_t length, Error *error)
{
    Work *work = context;

    (void)data;
    (void)length;
    (void)error;
    work->copied++;
    return true;
}

static Pool *
open_pool(Fixture *f, int count)
{
    Pool *pool =
        pool_open(f->loop, fixture_params(f, NULL, NULL, NULL), "worker", count, &f->error);

    if (pool == NULL)
        fail_msg("%s: %s", f->error.message, f->error.detail);
    return pool;
}

static bool
run_pool(Fixture *f, Pool *pool, Work *work)
{
    pool_start(pool, next_job, job_done, work);
    while (!pool_wait(pool, 200))
        ;
    return pool_finish(pool, &f->error);
}

static Work
make_work(const char *sql, int total)
{
    return (Work){.sql = sql, .total = total, .later_at = -1, .next_fails_at = -1};
}

static void
test_jobs(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 3);
    Work work = make_work("INSERT INTO pool_jobs VALUES (1); "
                          "SELECT pg_backend_pid() AS pid FROM pg_sleep(0.01)",
                          50);

    assert_non_null(await_query(f->conn, "CREATE TABLE pool_jobs (i int)", &f->error));
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.done, 50);
    assert_int_equal(work.failed, 0);
    assert_int_equal(work.pid_count, 3);
    assert_between(work.elapsed, 50 * 10000, 50 * 2000000);
    assert_int_equal(fixture_number(f, "SELECT count(*) AS value FROM pool_jobs"), 50);
    work = make_work("SELECT pg_backend_pid() AS pid", 7); /* the pool can be started again */
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.done, 7);
    assert_non_null(await_query(f->conn, "DROP TABLE pool_jobs", &f->error));
    pool_close(pool);
}

static void
test_no_jobs(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 2);
    Work work = make_work("SELECT 1 AS pid", 0);

    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.done, 0);
    pool_close(pool);
    pool_close(NULL);
}

static void
test_copy_jobs(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 3);
    Work work = make_work("COPY (SELECT generate_series(1, 10000)) TO STDOUT", 12);

    work.sink = count_copied;
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.done, 12);
    assert_int_equal(work.copied, 120000);
    pool_close(pool);
}

static void
test_each(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 3);
    Work work = make_work("SELECT current_setting('my.number')::int AS pid", 9);

    assert_true(pool_each(pool, "SET my.number = 77", &f->error));
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.pid_count, 1);
    assert_int_equal(work.pids[0], 77);
    assert_false(pool_each(pool, "SELECT 1 / 0", &f->error));
    assert_non_null(strstr(f->error.message, "connection \"worker "));
    fixture_check(f, ERROR_STATEMENT, "22012");
    assert_true(pool_each(pool, "SELECT 1", &f->error));
    pool_close(pool);
}

static void
test_failed_job_goes_on(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 3);
    Work work = make_work("SELECT 1 / 0", 20);

    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.done, 20);
    assert_int_equal(work.failed, 20);
    assert_int_equal(work.last_kind, ERROR_STATEMENT);
    assert_string_equal(work.last_sqlstate, "22012");
    work = make_work("BEGIN; SELECT 1 / 0", 6); /* leaves a failed transaction open */
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.failed, 6);
    assert_string_equal(work.last_sqlstate, "22012");
    work = make_work("SELECT pg_backend_pid() AS pid", 6);
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.failed, 0);
    pool_close(pool);
}

static void
test_failed_job_ends(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 3);
    Work work = make_work("SELECT 1 / 0", 50);

    work.fatal = true;
    assert_false(run_pool(f, pool, &work));
    fixture_check(f, ERROR_STATEMENT, "22012");
    assert_between(work.done, 1, 3);
    assert_int_equal(work.given, work.done);
    assert_true(pool_each(pool, "SELECT 1", &f->error));
    pool_close(pool);
}

static void
test_source_fails(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 2);
    Work work = make_work("SELECT 1 AS pid FROM pg_sleep(0.2)", 50);

    work.next_fails_at = 5;
    assert_false(run_pool(f, pool, &work));
    assert_string_equal(f->error.message, "no job 5");
    fixture_check(f, ERROR_REFUSED, "");
    assert_int_equal(work.done, 5); /* those that ran were waited for */
    pool_close(pool);
}

static void
test_later(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 2);
    Work work = make_work("SELECT 1 AS pid", 10);
    int64_t start = clock_ms();

    work.later_at = 0;
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.done, 10);
    assert_between(clock_ms() - start, 90, 5000);
    pool_close(pool);
}

static void
test_wait_and_finish_early(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 2);
    Work work = make_work("SELECT 1 AS pid FROM pg_sleep(3)", 50);
    int64_t start = clock_ms();

    pool_start(pool, next_job, job_done, &work);
    assert_false(pool_wait(pool, 100));
    assert_true(clock_ms() - start >= 90); /* and the jobs run still */
    assert_int_equal(work.given, 2);
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7); /* beside the jobs */
    assert_true(pool_finish(pool, &f->error));
    assert_int_equal(work.given, 2);
    assert_int_equal(work.done, 2);
    pool_close(pool);
}

static void
test_cancel(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 3);
    Work work = make_work("SELECT 1 AS pid FROM pg_sleep(60)", 50);
    int64_t start = clock_ms();

    pool_start(pool, next_job, job_done, &work);
    assert_false(pool_wait(pool, 200));
    pool_cancel(pool);
    assert_true(clock_ms() - start < 10000);
    assert_int_equal(work.given, 3);
    assert_int_equal(work.failed, 3);
    assert_string_equal(work.last_sqlstate, "57014");
    assert_true(pool_each(pool, "SELECT 1", &f->error));
    pool_start(pool, next_job, job_done, &work);
    pool_close(pool); /* before the first job is even asked for */
    assert_int_equal(work.given, 3);
}

static void
test_close_with_running_jobs(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 3);
    Work work = make_work("SELECT 1 AS pid FROM pg_sleep(60)", 50);

    pool_start(pool, next_job, job_done, &work);
    assert_false(pool_wait(pool, 200));
    pool_close(pool);
    assert_int_equal(work.given, 3);
    assert_int_equal(work.done, 0);
}

static void
test_second_signal(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 2);
    Work work = make_work("SELECT 1 AS pid FROM pg_sleep(60)", 50);

    work.fatal = true;
    pool_start(pool, next_job, job_done, &work);
    assert_false(pool_wait(pool, 200));
    raise(SIGINT);
    assert_false(pool_wait(pool, 200));
    assert_true(loop_is_stopping(f->loop));
    raise(SIGTERM);
    while (!pool_wait(pool, 1000))
        ;
    assert_false(pool_finish(pool, &f->error));
    fixture_check(f, ERROR_STOPPED, "57014");
    assert_int_equal(work.failed, 2);
    pool_close(pool);
}

/* Every job that is the last of five ends its own backend. */
static void
test_lost_connection(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 2);
    Work work = make_work("SELECT pg_terminate_backend(pg_backend_pid())", 1);

    assert_true(run_pool(f, pool, &work)); /* the phase can live with it: one is left */
    assert_int_equal(work.failed, 1);
    assert_int_equal(work.last_kind, ERROR_CONNECTION);
    assert_string_equal(work.last_sqlstate, "57P01");
    work = make_work("SELECT pg_backend_pid() AS pid", 10);
    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.failed, 0);
    assert_int_equal(work.pid_count, 1);
    work = make_work("SELECT pg_terminate_backend(pg_backend_pid())", 10);
    assert_false(run_pool(f, pool, &work)); /* nobody is left */
    fixture_check(f, ERROR_CONNECTION, "57P01");
    assert_int_equal(work.given, 1);
    pool_close(pool);
}

/* One COPY's backend stands still; the other connection goes on. */
static void
test_stopped_backend(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 2);
    Work work = make_work("SELECT pg_backend_pid() AS pid", 20);
    int stopped;
    pid_t child;

    assert_true(run_pool(f, pool, &work));
    assert_int_equal(work.pid_count, 2);
    stopped = work.pids[0];
    kill(stopped, SIGSTOP);
    child = fixture_signal_later(stopped, 2000, SIGCONT, 0);
    work = make_work("COPY (SELECT generate_series(1, 10000)) TO STDOUT", 20);
    work.sink = count_copied;
    pool_start(pool, next_job, job_done, &work);
    assert_false(pool_wait(pool, 1500));
    assert_int_equal(work.done, 19);
    while (!pool_wait(pool, 1000))
        ;
    assert_true(pool_finish(pool, &f->error));
    assert_int_equal(work.copied, 200000);
    fixture_wait(child);
    pool_close(pool);
}

/* An end that comes in a part of the turn after which the loop would sleep is seen at once: a
 * source without jobs ends in a timer, the rows of a COPY between polls.  The limit is that of a
 * hang. */
static void
test_end_is_seen(void **state)
{
    Fixture *f = *state;
    Pool *pool = open_pool(f, 1);
    Work work = make_work("SELECT 1", 0);
    int64_t started = clock_ms();

    pool_start(pool, next_job, job_done, &work);
    assert_true(pool_wait(pool, 60000));
    assert_true(pool_finish(pool, &f->error));
    work = make_work("COPY (SELECT generate_series(1, 5000)) TO STDOUT", 1);
    work.sink = count_copied;
    pool_start(pool, next_job, job_done, &work);
    assert_true(pool_wait(pool, 60000));
    assert_true(pool_finish(pool, &f->error));
    assert_int_equal(work.copied, 5000);
    assert_true(clock_ms() - started < 50000);
    pool_close(pool);
}

static void
test_open_fails(void **state)
{
    Fixture *f = *state;
    char port[8];
    int fd = fixture_socket(false, port);

    assert_null(
        pool_open(f->loop, fixture_params(f, "127.0.0.1", port, NULL), "worker", 3, &f->error));
    assert_non_null(strstr(f->error.message, "connection \"worker "));
    assert_non_null(strstr(f->error.detail, "refused"));
    fixture_check(f, ERROR_CONNECTION, "");
    fixture_params(f, NULL, NULL, NULL);
    f->params.prologue = "SELECT 1 / 0";
    assert_null(pool_open(f->loop, &f->params, "worker", 3, &f->error));
    fixture_check(f, ERROR_STATEMENT, "22012");
    close(fd);
}

int
run_pool_cases(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(test_jobs),
        ON_SERVER(test_no_jobs),
        ON_SERVER(test_copy_jobs),
        ON_SERVER(test_each),
        ON_SERVER(test_failed_job_goes_on),
        ON_SERVER(test_failed_job_ends),
        ON_SERVER(test_source_fails),
        ON_SERVER(test_later),
        ON_SERVER(test_wait_and_finish_early),
        ON_SERVER(test_cancel),
        ON_SERVER(test_close_with_running_jobs),
        ON_SERVER(test_second_signal),
        ON_SERVER(test_lost_connection),
        ON_SERVER(test_stopped_backend),
        ON_SERVER(test_end_is_seen),
        ON_SERVER(test_open_fails),
    };

    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
