/*
 * Deadlines and cancel requests against a real server.
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

#include "../../src/pg/conn_private.h"
#include "base/clock.h"
#include "pg_fixture.h"

static void
test_deadline(void **state)
{
    Fixture *f = *state;
    Counter counter = {0};
    int64_t start = clock_ms();

    conn_set_deadline(f->conn, 300);
    fixture_fails(f, "SELECT pg_sleep(60)", ERROR_LIMIT, "57014");
    assert_between(clock_ms() - start, 250, 10000);
    fixture_fails(f, "SELECT pg_sleep(60)", ERROR_LIMIT, "57014"); /* it is for all commands */
    conn_set_deadline(f->conn, 300);
    assert_false(await_copy(f->conn,
                            "COPY (SELECT pg_sleep(0.01) FROM generate_series(1, 9000)) TO STDOUT",
                            fixture_count_rows, &counter, &f->error));
    fixture_check(f, ERROR_LIMIT, "57014");
    assert_true(counter.rows > 0);
    conn_set_deadline(f->conn, 0);
    assert_int_equal(fixture_number(f, "SELECT 7 AS value FROM pg_sleep(0.5)"), 7);
}

/* A command that is started and not awaited. */
typedef struct Started
{
    int64_t ended; /* clock_ms(), 0 before */
    Error error;
} Started;

static void
on_started_done(void *owner, Conn *conn, const Result *result, Error *failure)
{
    Started *started = owner;

    (void)conn;
    (void)result;
    started->ended = clock_ms();
    error_move(&started->error, failure);
}

static void
start_sql(Conn *conn, const char *sql, Started *started)
{
    conn_start(conn, &(Command){.sql = sql, .done = on_started_done, .owner = started});
}

/* Asks for it, and waits until the request is through. */
static void
cancel(Fixture *f)
{
    conn_cancel(f->conn, CANCEL_ASKED);
    while (f->conn->cancel != NULL)
        loop_turn(f->loop, 1000);
}

static void
test_cancel(void **state)
{
    Fixture *f = *state;
    Started started = {0};

    cancel(f); /* nothing runs: nothing to do */
    start_sql(f->conn, "SELECT pg_sleep(60)", &started);
    cancel(f);
    while (started.ended == 0)
        loop_turn(f->loop, 1000);
    error_move(&f->error, &started.error);
    fixture_check(f, ERROR_STATEMENT, "57014");
    for (int i = 0; i < 50; i++) /* the next command is never hit */
    {
        started = (Started){0};
        start_sql(f->conn, "SELECT 1", &started);
        cancel(f);
        while (started.ended == 0)
            loop_turn(f->loop, 1000);
        error_clear(&started.error);
        assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7);
    }
}

static pid_t
postmaster_pid(void)
{
    char path[300];
    int pid = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/postmaster.pid", getenv("PGSWAP_TEST_DATADIR"));
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    fclose(file);
    return pid;
}

/* A request that nobody takes for two seconds blocks neither the loop nor other connections. */
static void
test_cancel_stopped_postmaster(void **state)
{
    Fixture *f = *state;
    Started long_one = {0}, short_one = {0};
    Conn *other = await_connect(f->loop, fixture_params(f, NULL, NULL, NULL), "other", &f->error);
    int64_t start = clock_ms();
    pid_t child;

    assert_non_null(other);
    start_sql(f->conn, "SELECT pg_sleep(60)", &long_one);
    start_sql(other, "SELECT pg_sleep(0.3)", &short_one);
    kill(postmaster_pid(), SIGSTOP);
    child = fixture_signal_later(postmaster_pid(), 2000, SIGCONT, 0);
    cancel(f);
    assert_true(clock_ms() - start >= 1900);
    assert_true(short_one.ended != 0); /* meanwhile */
    while (long_one.ended == 0)
        loop_turn(f->loop, 1000);
    error_move(&f->error, &long_one.error);
    fixture_check(f, ERROR_STATEMENT, "57014");
    fixture_wait(child);
    conn_close(other);
}

/* The command ends before its cancel request is through: the next command must wait, or be hit. */
static void
test_cancel_outlasts_command(void **state)
{
    Fixture *f = *state;
    Started started = {0};
    int64_t start = clock_ms();
    pid_t child;

    start_sql(f->conn, "SELECT pg_sleep(0.3)", &started);
    kill(postmaster_pid(), SIGSTOP);
    child = fixture_signal_later(postmaster_pid(), 2000, SIGCONT, 0);
    conn_cancel(f->conn, CANCEL_ASKED);
    while (started.ended == 0)
        loop_turn(f->loop, 1000);
    assert_between(started.ended - start, 1900, 10000);
    assert_int_equal(started.error.kind, ERROR_NONE);
    assert_int_equal(fixture_number(f, "SELECT 7 AS value FROM pg_sleep(0.5)"), 7);
    fixture_wait(child);
}

/* A backend that does not react at all is given up. */
static void
test_cancel_without_reaction(void **state)
{
    Fixture *f = *state;
    int pid = conn_backend_pid(f->conn);

    conn_set_deadline(f->conn, 200);
    f->conn->cancel_limit = 1500;
    kill(pid, SIGSTOP);
    assert_null(await_query(f->conn, "SELECT 1", &f->error));
    kill(pid, SIGCONT);
    assert_non_null(strstr(f->error.detail, "did not react"));
    fixture_check(f, ERROR_CONNECTION, "");
    assert_false(conn_is_open(f->conn));
}

static void
test_close_with_running_command(void **state)
{
    Fixture *f = *state;
    Started started = {0};
    Conn *other = await_connect(f->loop, fixture_params(f, NULL, NULL, NULL), "other", &f->error);

    assert_non_null(other);
    start_sql(f->conn, "SELECT pg_sleep(60)", &started);
    start_sql(other, "SELECT pg_sleep(60)", &started);
    conn_cancel(other, CANCEL_ASKED);
    conn_close(other); /* with a cancel under way; f->conn is closed by the teardown */
    assert_int_equal(started.ended, 0);
}

int
run_cancel_cases(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(test_deadline),
        ON_SERVER(test_cancel),
        ON_SERVER(test_cancel_stopped_postmaster),
        ON_SERVER(test_cancel_outlasts_command),
        ON_SERVER(test_cancel_without_reaction),
        ON_SERVER(test_close_with_running_command),
    };

    return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
