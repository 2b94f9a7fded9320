/*
 * COPY OUT against a real server: memory, back-pressure, errors, losses.
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
#include "pg/copyout.h"
#include "pg_fixture.h"

static bool
sum_rows(void *context, const CopyRow *row, Error *error)
{
    int64_t *sum = context;

    (void)error;
    assert_int_equal(row->count, 2);
    assert_int_equal(row->fields[0].length, 4);
    for (int i = 0; i < 4; i++)
        *sum += (int64_t)(unsigned char)row->fields[0].data[i] << (24 - 8 * i);
    assert_true((row->fields[1].data == NULL) == (row->fields[1].length == 0));
    return true;
}

static void
test_copy_binary(void **state)
{
    Fixture *f = *state;
    int64_t sum = 0;
    CopyOut copy;

    copyout_init(&copy, sum_rows, &sum);
    assert_true(await_copy(f->conn,
                           "COPY (SELECT i, CASE WHEN i % 3 > 0 THEN repeat('x', i % 500 + 1) END "
                           "FROM generate_series(1, 20000) i) TO STDOUT (FORMAT binary)",
                           copyout_sink, &copy, &f->error));
    assert_true(copyout_is_complete(&copy));
    assert_int_equal(copy.rows, 20000);
    assert_int_equal(sum, INT64_C(20000) * 20001 / 2);
    copyout_clear(&copy);
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7);
}

/* count rows of size bytes, through a bounded amount of memory. */
static void
check_copy_memory(Fixture *f, Counter *counter, int size, int count)
{
    char sql[200];
    int64_t before;

    snprintf(sql, sizeof(sql),
             "COPY (SELECT repeat('x', %d) FROM generate_series(1, %d)) TO STDOUT", size, count);
    before = fixture_memory();
    assert_true(await_copy(f->conn, sql, fixture_count_rows, counter, &f->error));
    assert_int_equal(counter->rows, count);
    assert_int_equal(counter->bytes, (int64_t)count * (size + 1));
    if (counter->peak - before > 256 << 10)
        fail_msg("memory grew by %lld kB", (long long)(counter->peak - before) >> 10);
}

static void
test_copy_memory(void **state)
{
    Counter counter = {0};

    check_copy_memory(*state, &counter, 1500, 100000);
}

/* The sink is slower than the server, and a turn takes fewer bytes than one read brings: what is
 * read without need would pile up. */
static void
test_copy_small_rows(void **state)
{
    Counter counter = {.slow = true};

    check_copy_memory(*state, &counter, 1, 400000);
}

/* The sink is much slower than the server: 40 MB in over a second. */
static void
test_copy_back_pressure(void **state)
{
    Counter counter = {.slow_each = 2000};

    check_copy_memory(*state, &counter, 200, 200000);
    assert_int_equal(counter.naps, 100);
}

static void
test_copy_tls(void **state)
{
    Fixture *f = *state;
    Counter counter = {0};

    conn_close(f->conn);
    f->conn =
        await_connect(f->loop, fixture_params(f, "127.0.0.1", NULL, "require"), "main", &f->error);
    assert_non_null(f->conn);
    check_copy_memory(f, &counter, 1500, 20000);
}

static void
test_sink_error(void **state)
{
    Fixture *f = *state;
    Counter counter = {.fail_at = 1000};
    int64_t start = clock_ms();

    assert_false(await_copy(f->conn,
                            "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000) i, "
                            "generate_series(1, 100000) j) "
                            "TO STDOUT",
                            fixture_count_rows, &counter, &f->error));
    assert_string_equal(f->error.message, "row 1000 is wrong");
    fixture_check(f, ERROR_PARITY, "");
    assert_int_equal(counter.rows, 1000); /* the sink sees nothing after its error */
    assert_true(clock_ms() - start < 20000);
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7);
    counter = (Counter){.fail_at = 3}; /* the COPY ends before the cancel can reach it */
    assert_false(await_copy(f->conn, "COPY (SELECT generate_series(1, 3)) TO STDOUT",
                            fixture_count_rows, &counter, &f->error));
    fixture_check(f, ERROR_PARITY, "");
    assert_int_equal(fixture_number(f, "SELECT 8 AS value"), 8);
}

static void
test_copy_errors(void **state)
{
    Fixture *f = *state;
    Counter counter = {0};

    assert_false(await_copy(f->conn,
                            "COPY (SELECT 10 / (5 - i) FROM generate_series(1, 9) i) "
                            "TO STDOUT",
                            fixture_count_rows, &counter, &f->error));
    fixture_check(f, ERROR_STATEMENT, "22012");
    assert_int_equal(counter.rows, 4);
    assert_false(await_copy(f->conn, "SELECT 1", fixture_count_rows, &counter, &f->error));
    fixture_check(f, ERROR_FAULT, "");
    fixture_fails(f, "COPY (SELECT generate_series(1, 100000)) TO STDOUT", ERROR_FAULT, "");
    fixture_fails(f, "CREATE TEMP TABLE t (i int); COPY t FROM STDIN", ERROR_STATEMENT, "57014");
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7);
}

/* The backend stands still for two seconds in mid-COPY. */
static void
test_copy_stopped_backend(void **state)
{
    Fixture *f = *state;
    Counter counter = {.slow_each = 10000};
    int64_t start = clock_ms();
    pid_t child;

    kill(conn_backend_pid(f->conn), SIGSTOP);
    child = fixture_signal_later(conn_backend_pid(f->conn), 2000, SIGCONT, 0);
    check_copy_memory(f, &counter, 100, 200000);
    assert_true(clock_ms() - start >= 1900);
    fixture_wait(child);
}

/* Kills the backend at the tenth row. */
typedef struct Killer
{
    int pid;
    int rows;
} Killer;

static bool
kill_at_ten(void *context, const char *data, size_t length, Error *error)
{
    Killer *killer = context;

    (void)data;
    (void)length;
    (void)error;
    if (++killer->rows == 10)
        kill(killer->pid, SIGTERM);
    return true;
}

static void
check_terminated_in_copy(Fixture *f)
{
    Killer killer = {.pid = conn_backend_pid(f->conn)};

    assert_false(
        await_copy(f->conn,
                   "COPY (SELECT repeat('x', 4000), pg_sleep(0.02) FROM generate_series(1, 1000)) "
                   "TO STDOUT",
                   kill_at_ten, &killer, &f->error));
    fixture_check(f, ERROR_CONNECTION, "57P01");
    assert_between(killer.rows, 10, 50);
    fixture_check_lost(f);
}

static void
test_terminated_in_copy(void **state)
{
    check_terminated_in_copy(*state);
}

static void
test_terminated_in_copy_tls(void **state)
{
    Fixture *f = *state;

    conn_close(f->conn);
    f->conn =
        await_connect(f->loop, fixture_params(f, "127.0.0.1", NULL, "require"), "main", &f->error);
    assert_non_null(f->conn);
    check_terminated_in_copy(f);
}

int
run_copy_cases(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(test_copy_binary),        ON_SERVER(test_copy_memory),
        ON_SERVER(test_copy_small_rows),    ON_SERVER(test_copy_back_pressure),
        ON_SERVER(test_copy_tls),           ON_SERVER(test_sink_error),
        ON_SERVER(test_copy_errors),        ON_SERVER(test_copy_stopped_backend),
        ON_SERVER(test_terminated_in_copy), ON_SERVER(test_terminated_in_copy_tls),
    };

    return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
