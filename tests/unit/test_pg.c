/*
 * Layer 2 against a real server: connections, commands, losses, signals, faults.  Run through
 * with_server.sh.  The tests in pg_copy_cases.c, pg_cancel_cases.c and pg_pool_cases.c run here
 * too.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "pg/process.h"
#include "pg_cases.h"
#include "pg_fixture.h"

/* ---- commands ---- */

static void
test_values(void **state)
{
    Fixture *f = *state;
    const Result *result = await_query(f->conn,
                                       "SELECT i, i > 1 AS large, NULL::int AS \"Nothing\", "
                                       "'x' || i AS text FROM generate_series(1, 2) i ORDER BY i",
                                       &f->error);

    assert_non_null(result);
    assert_int_equal(result_rows(result), 2);
    assert_int_equal(result_get_int(result, 1, "i"), 2);
    assert_false(result_get_bool(result, 0, "large"));
    assert_true(result_get_bool(result, 1, "large"));
    assert_null(result_get(result, 0, "Nothing"));
    assert_int_equal(result_get_int(result, 0, "Nothing"), 0);
    assert_false(result_get_bool(result, 0, "Nothing"));
    assert_string_equal(result_get(result, 1, "text"), "x2");
    assert_string_equal(conn_name(f->conn), "main");
    assert_int_equal(conn_backend_pid(f->conn),
                     fixture_number(f, "SELECT pg_backend_pid() AS value"));
    assert_int_equal(conn_server_version(f->conn),
                     fixture_number(f, "SELECT current_setting('server_version_num') AS value"));
}

static void
test_several_statements(void **state)
{
    Fixture *f = *state;
    const Result *result = await_query(f->conn,
                                       "CREATE TEMP TABLE t (i int); INSERT INTO t "
                                       "SELECT generate_series(1, 10); UPDATE t SET i = -i "
                                       "WHERE i > 6; DELETE FROM t WHERE i = 1; "
                                       "SELECT count(*) AS n FROM t",
                                       &f->error);

    assert_non_null(result);
    assert_int_equal(result_affected_at(result, 0), 0);
    assert_int_equal(result_affected_at(result, 1), 10);
    assert_int_equal(result_affected_at(result, 2), 4);
    assert_int_equal(result_affected_at(result, 3), 1);
    assert_int_equal(result_get_int(result, 0, "n"), 9);
    result = await_query(f->conn, "DELETE FROM t WHERE i < 0", &f->error);
    assert_non_null(result);
    assert_int_equal(result_affected(result), 4);
    result = await_query(f->conn, "", &f->error);
    assert_non_null(result);
    assert_int_equal(result_rows(result), 0);
}

static void
test_large_command(void **state)
{
    Fixture *f = *state;
    Text sql = {0};

    text_append(&sql, "SELECT length('");
    for (int i = 0; i < 400000; i++)
        text_append(&sql, "0123456789");
    text_append(&sql, "') AS value");
    assert_int_equal(fixture_number(f, text_cstr(&sql)), 4000000);
    text_clear(&sql);
}

static void
test_error_fields(void **state)
{
    Fixture *f = *state;

    assert_non_null(await_query(f->conn,
                                "CREATE TEMP TABLE t (id int CONSTRAINT t_key PRIMARY KEY, "
                                "n int NOT NULL CONSTRAINT n_small CHECK (n < 10)); "
                                "INSERT INTO t VALUES (1, 1)",
                                &f->error));
    assert_null(await_query(f->conn, "INSERT INTO t VALUES (1, 2)", &f->error));
    assert_string_equal(f->error.constraint, "t_key");
    assert_string_equal(f->error.detail, "Key (id)=(1) already exists.");
    assert_null(f->error.column);
    assert_string_equal(f->error.message,
                        "duplicate key value violates unique constraint \"t_key\"");
    fixture_check(f, ERROR_STATEMENT, "23505");
    assert_null(await_query(f->conn, "INSERT INTO t VALUES (2, NULL)", &f->error));
    assert_string_equal(f->error.column, "n");
    fixture_check(f, ERROR_STATEMENT, "23502");
    assert_null(await_query(f->conn, "INSERT INTO t VALUES (2, 99)", &f->error));
    assert_string_equal(f->error.constraint, "n_small");
    fixture_check(f, ERROR_STATEMENT, "23514");
    assert_null(await_query(f->conn, "SELECT relnam FROM pg_class", &f->error));
    assert_non_null(strstr(f->error.hint, "relname"));
    fixture_check(f, ERROR_STATEMENT, "42703");
}

static void
test_first_error_counts(void **state)
{
    Fixture *f = *state;

    assert_non_null(await_query(f->conn, "CREATE TEMP TABLE t (i int)", &f->error));
    fixture_fails(f, "INSERT INTO t VALUES (1); SELECT 1 / 0; SELECT nonsense", ERROR_STATEMENT,
                  "22012");
    assert_int_equal(fixture_number(f, "SELECT count(*) AS value FROM t"), 0);
    error_set(&f->error, ERROR_LOCK, "before");
    assert_null(await_query(f->conn, "SELECT 1 / 0", &f->error));
    assert_string_equal(f->error.message, "before");
}

static void
test_notices(void **state)
{
    Fixture *f = *state;

    assert_non_null(await_query(f->conn,
                                "DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two' "
                                "USING ERRCODE = '01P77'; END $$",
                                &f->error));
    assert_string_equal(text_cstr(&f->notices), "main NOTICE 00000 one;main WARNING 01P77 two;");
}

/* ---- connecting ---- */

/* Connects besides f->conn, asks for a value, closes. */
static void
check_connect(Fixture *f, const ConnParams *params, const char *sql, const char *expected)
{
    Conn *conn = await_connect(f->loop, params, "other", &f->error);
    const Result *result;

    if (conn == NULL)
        fail_msg("%s: %s", f->error.message, f->error.detail);
    result = await_query(conn, sql, &f->error);
    assert_non_null(result);
    assert_string_equal(result_get(result, 0, "value"), expected);
    conn_close(conn);
}

static void
check_no_connect(Fixture *f, const ConnParams *params, ErrorKind kind, const char *detail)
{
    assert_null(await_connect(f->loop, params, "other", &f->error));
    if (detail != NULL)
        assert_non_null(strstr(f->error.detail, detail));
    fixture_check(f, kind, "");
}

static void
test_tcp_and_tls(void **state)
{
    Fixture *f = *state;
    const char *sql = "SELECT ssl::text AS value FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

    check_connect(f, fixture_params(f, "127.0.0.1", NULL, "disable"), sql, "false");
    check_connect(f, fixture_params(f, "127.0.0.1", NULL, "prefer"), sql, "true");
    check_connect(f, fixture_params(f, "127.0.0.1", NULL, "require"), sql, "true");
}

static void
test_next_host(void **state)
{
    Fixture *f = *state;
    char port[8], hosts[200], ports[40];
    int fd = fixture_socket(false, port);

    snprintf(hosts, sizeof(hosts), "127.0.0.1,%s",
             fixture_text(f, "SELECT current_setting('unix_socket_directories') AS value"));
    snprintf(ports, sizeof(ports), "%s,%s", port,
             fixture_text(f, "SELECT current_setting('port') AS value"));
    check_connect(f, fixture_params(f, hosts, ports, NULL), "SELECT 'yes' AS value", "yes");
    snprintf(hosts, sizeof(hosts), "127.0.0.1,/nonexistent");
    check_no_connect(f, fixture_params(f, hosts, ports, NULL), ERROR_CONNECTION, port);
    check_no_connect(f, fixture_params(f, hosts, ports, NULL), ERROR_CONNECTION, "/nonexistent");
    close(fd);
}

static void
test_refused(void **state)
{
    Fixture *f = *state;
    char port[8];
    int fd = fixture_socket(false, port);

    check_no_connect(f, fixture_params(f, "127.0.0.1", port, NULL), ERROR_CONNECTION, "refused");
    check_no_connect(f, fixture_params(f, "127.0.0.1", "no port", NULL), ERROR_CONNECTION,
                     "no port");
    fixture_params(f, NULL, NULL, NULL);
    f->values[0] = "nonsense=1";
    check_no_connect(f, &f->params, ERROR_CONNECTION, "nonsense");
    close(fd);
}

static void
test_connect_timeout(void **state)
{
    Fixture *f = *state;
    char port[8];
    int fd = fixture_socket(true, port);
    int64_t start = clock_ms();

    fixture_params(f, "127.0.0.1", port, NULL);
    f->params.connect_timeout = 300;
    assert_null(await_connect(f->loop, &f->params, "other", &f->error));
    assert_non_null(strstr(f->error.message, "300 ms"));
    fixture_check(f, ERROR_CONNECTION, "");
    assert_between(clock_ms() - start, 250, 5000);
    close(fd);
}

static void
test_prologue(void **state)
{
    Fixture *f = *state;

    fixture_params(f, NULL, NULL, NULL);
    f->params.prologue = "SET search_path = ''; SET lock_timeout = 1234";
    check_connect(f, &f->params, "SELECT current_setting('lock_timeout') AS value", "1234ms");
    f->params.prologue = "SET lock_timeout = nonsense";
    assert_null(await_connect(f->loop, &f->params, "other", &f->error));
    assert_ptr_equal(strstr(f->error.message, "setting up the session: "), f->error.message);
    fixture_check(f, ERROR_STATEMENT, "22023");
    f->params.prologue = "SELECT pg_sleep(60)";
    f->params.connect_timeout = 300;
    check_no_connect(f, &f->params, ERROR_CONNECTION, NULL);
    f->params.connect_timeout = 20000;
    f->params.prologue = "SELECT pg_terminate_backend(pg_backend_pid())";
    assert_null(await_connect(f->loop, &f->params, "other", &f->error));
    fixture_check(f, ERROR_CONNECTION, "57P01");
}

/* ---- the server session ---- */

/* A pooler that resets the session, or gives another one, leaves no mark of ours in it. */
static void
test_session_changes(void **state)
{
    Fixture *f = *state;
    Error again = ERROR_INIT;
    const Result *result;
    Conn *conn;

    fixture_params(f, NULL, NULL, NULL);
    f->params.prologue = "SET application_name = 'pgswap guarded'";
    conn = await_connect(f->loop, &f->params, "other", &f->error);
    assert_non_null(conn);
    result = await_query(conn, "SELECT 1 AS a; SELECT 2 AS a UNION SELECT 3", &f->error);
    assert_non_null(result);
    assert_int_equal(result_affected_at(result, 0), 1); /* what the guard returned is not there */
    assert_int_equal(result_affected_at(result, 1), 2);
    assert_non_null(await_query(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ", &f->error));
    assert_int_equal(fixture_number(f, "SELECT count(backend_xmin) AS value FROM pg_stat_activity "
                                       "WHERE application_name = 'pgswap guarded'"),
                     0); /* nor has it a snapshot */
    assert_non_null(await_query(conn, "COMMIT", &f->error));
    assert_non_null(await_query(conn, "CLOSE ALL", &f->error));
    assert_null(await_query(conn, "CREATE TABLE damage ()", &f->error));
    assert_non_null(strstr(f->error.message, "\"other\" has another server session"));
    assert_false(conn_is_open(conn));
    assert_null(await_query(conn, "SELECT 1", &again));
    assert_string_equal(again.message, f->error.message);
    assert_int_equal(again.kind, ERROR_REFUSED);
    fixture_check(f, ERROR_REFUSED, "");
    assert_int_equal(fixture_number(f, "SELECT count(to_regclass('damage')) AS value"), 0);
    error_clear(&again);
    conn_close(conn);
}

/* Only the guard's own failure says so. */
static void
test_missing_cursor(void **state)
{
    Fixture *f = *state;
    Conn *conn;

    fixture_params(f, NULL, NULL, NULL);
    f->params.prologue = "SET lock_timeout = 1234";
    conn = await_connect(f->loop, &f->params, "other", &f->error);
    assert_non_null(conn);
    assert_null(await_query(conn, "MOVE 0 IN nowhere", &f->error));
    fixture_check(f, ERROR_STATEMENT, "34000");
    assert_true(conn_is_open(conn));
    conn_close(conn);
}

/* ---- losses ---- */

static void
test_terminated_in_query(void **state)
{
    Fixture *f = *state;
    pid_t child = fixture_signal_later(conn_backend_pid(f->conn), 200, SIGTERM, 0);

    assert_null(await_query(f->conn, "SELECT pg_sleep(60)", &f->error));
    assert_string_equal(f->error.message, "terminating connection due to administrator command");
    assert_non_null(strstr(f->error.detail, "server closed the connection unexpectedly"));
    fixture_check(f, ERROR_CONNECTION, "57P01");
    fixture_wait(child);
    fixture_check_lost(f);
}

static void
test_terminated_when_idle(void **state)
{
    Fixture *f = *state;

    assert_true(conn_is_open(f->conn));
    kill(conn_backend_pid(f->conn), SIGTERM);
    assert_true(loop_sleep(f->loop, 500));
    fixture_check_lost(f);
}

static void
test_killed_in_query(void **state)
{
    Fixture *f = *state;

    fixture_fails(f,
                  "DO $$ BEGIN PERFORM pg_sleep(0.1); RAISE EXCEPTION 'own words' USING ERRCODE "
                  "= '57P05'; END $$",
                  ERROR_CONNECTION, "57P05"); /* by its SQLSTATE alone */
    assert_true(conn_is_open(f->conn));
    fixture_fails(f,
                  "SET idle_in_transaction_session_timeout = 100; SET statement_timeout = 200; "
                  "SELECT pg_sleep(60)",
                  ERROR_STATEMENT, "57014"); /* not our cancel */
    assert_non_null(
        await_query(f->conn, "SET idle_in_transaction_session_timeout = 100", &f->error));
    assert_non_null(await_query(f->conn, "BEGIN", &f->error));
    assert_true(loop_sleep(f->loop, 600));
    fixture_fails(f, "SELECT 1", ERROR_CONNECTION, "25P03");
}

/* ---- signals and waiting ---- */

static void
test_stop_flag(void **state)
{
    Fixture *f = *state;
    int64_t start = clock_ms();

    assert_true(loop_sleep(f->loop, 50));
    assert_true(clock_ms() - start >= 50);
    assert_false(loop_is_stopping(f->loop));
    raise(SIGINT);
    assert_false(loop_sleep(f->loop, 60000));
    assert_true(loop_is_stopping(f->loop));
    assert_false(loop_sleep(f->loop, 60000));
    assert_true(clock_ms() - start < 10000);
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7); /* one signal cancels nothing */
}

static void
test_loop_turn(void **state)
{
    Fixture *f = *state;
    int64_t start = clock_ms();

    loop_turn(f->loop, 0);
    assert_true(clock_ms() - start < 10000);
    loop_turn(f->loop, 200);
    assert_between(clock_ms() - start, 190, 5000);
    fixture_stop(f);
    assert_false(loop_sleep(f->loop, 60000));
}

static void
test_second_signal(void **state)
{
    Fixture *f = *state;

    f->signals = 2;
    fixture_fails(f, "DO $$ BEGIN RAISE NOTICE 'now'; PERFORM pg_sleep(60); END $$", ERROR_STOPPED,
                  "57014");
    assert_true(loop_is_stopping(f->loop));
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7);
}

/* What does not end by itself is cancelled, and so is what is begun later and does not end. */
static void
test_grace(void **state)
{
    Fixture *f = *state;
    int64_t start = clock_ms();

    assert_int_equal(loop_stop_state(f->loop), LOOP_GOES_ON);
    fixture_stop(f);
    assert_int_equal(loop_stop_state(f->loop), LOOP_STOPPING);
    fixture_fails(f, "SELECT pg_sleep(60)", ERROR_STOPPED, "57014");
    assert_true(clock_ms() - start >= LOOP_GRACE);
    assert_int_equal(loop_stop_state(f->loop), LOOP_CANCELLED);
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7); /* cleaning up is possible */
    fixture_fails(f, "SELECT pg_sleep(60)", ERROR_STOPPED, "57014");
    raise(SIGTERM);
    loop_turn(f->loop, 100);
    assert_int_equal(loop_stop_state(f->loop), LOOP_CANCELLED); /* how it came to it */
}

/* Each of the three is a stop; two of them, whichever, cancel at once. */
static void
test_each_signal(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    Fixture *f = *state;

    for (int i = 0; i < 3; i++)
    {
        Loop *loop = loop_new();

        raise(numbers[i]);
        assert_false(loop_sleep(loop, 60000));
        assert_int_equal(loop_stop_state(loop), LOOP_STOPPING);
        raise(numbers[(i + 1) % 3]);
        while (loop_stop_state(loop) == LOOP_STOPPING)
            loop_turn(loop, 60000);
        assert_int_equal(loop_stop_state(loop), LOOP_CANCELLED_AT_ONCE);
        assert_true(loop_free(loop));
    }
    assert_int_equal(fixture_number(f, "SELECT 7 AS value"), 7);
}

static void
test_process(void **state)
{
    Fixture *f = *state;
    int64_t start = clock_ms();
    int code;

    assert_true(process_run(f->loop, "exit 0", &code, &f->error));
    assert_int_equal(code, 0);
    assert_true(process_run(f->loop, "exit 3", &code, &f->error));
    assert_int_equal(code, 3);
    assert_true(process_run(f->loop, "kill -9 $$", &code, &f->error));
    assert_int_equal(code, 128 + SIGKILL);
    fixture_stop(f);
    assert_true(process_run(f->loop, "exit 4", &code, &f->error)); /* it has its time */
    assert_int_equal(code, 4);
    assert_true(process_run(f->loop, "exec sleep 600", &code, &f->error));
    assert_int_equal(code, 128 + SIGTERM);
    assert_true(clock_ms() - start >= LOOP_GRACE);
}

/* No connection is begun any more, and what was begun ends with the first signal. */
static void
test_no_connecting_when_stopping(void **state)
{
    Fixture *f = *state;
    char port[8];
    int fd = fixture_socket(true, port);
    pid_t child = fixture_signal_later(getpid(), 200, SIGINT, 0);

    check_no_connect(f, fixture_params(f, "127.0.0.1", port, NULL), ERROR_STOPPED, NULL);
    assert_int_equal(loop_stop_state(f->loop), LOOP_STOPPING);
    check_no_connect(f, fixture_params(f, NULL, NULL, NULL), ERROR_STOPPED, NULL);
    fixture_wait(child);
    close(fd);
}

static void
test_signal_while_connecting(void **state)
{
    Fixture *f = *state;
    char port[8];
    int fd = fixture_socket(true, port);
    pid_t child = fixture_signal_later(getpid(), 200, SIGINT, SIGTERM);

    check_no_connect(f, fixture_params(f, "127.0.0.1", port, NULL), ERROR_STOPPED, NULL);
    fixture_wait(child);
    close(fd);
}

/* ---- faults of ours end the program ---- */

static bool
wait_in_sink(void *context, const char *data, size_t length, Error *error)
{
    (void)data;
    (void)length;
    return await_query(context, "SELECT 1", error) != NULL;
}

static void
await_in_callback(void)
{
    Fixture *f;
    void *state;

    if (fixture_setup(&state) != 0)
        return;
    f = state;
    if (!await_copy(f->conn, "COPY (SELECT 1) TO STDOUT", wait_in_sink, f->conn, &f->error))
        return;
}

static void
read_unknown_column(void)
{
    Fixture *f;
    void *state;

    if (fixture_setup(&state) != 0)
        return;
    f = state;
    fixture_number(f, "SELECT 1 AS other");
}

static void
test_faults(void **state)
{
    (void)state;
    fixture_aborts(await_in_callback, "await_query was called from a callback");
    fixture_aborts(read_unknown_column, "has no column \"value\"");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(test_values),
        ON_SERVER(test_several_statements),
        ON_SERVER(test_large_command),
        ON_SERVER(test_error_fields),
        ON_SERVER(test_first_error_counts),
        ON_SERVER(test_notices),
        ON_SERVER(test_tcp_and_tls),
        ON_SERVER(test_next_host),
        ON_SERVER(test_refused),
        ON_SERVER(test_connect_timeout),
        ON_SERVER(test_prologue),
        ON_SERVER(test_session_changes),
        ON_SERVER(test_missing_cursor),
        ON_SERVER(test_terminated_in_query),
        ON_SERVER(test_terminated_when_idle),
        ON_SERVER(test_killed_in_query),
        ON_SERVER(test_stop_flag),
        ON_SERVER(test_loop_turn),
        ON_SERVER(test_second_signal),
        ON_SERVER(test_grace),
        ON_SERVER(test_each_signal),
        ON_SERVER(test_process),
        ON_SERVER(test_no_connecting_when_stopping),
        ON_SERVER(test_signal_while_connecting),
        cmocka_unit_test(test_faults),
    };

    if (getenv("PGSWAP_TEST_CONNINFO") == NULL || getenv("PGSWAP_TEST_DATADIR") == NULL)
    {
        print_error("PGSWAP_TEST_CONNINFO is not set: run this through with_server.sh\n");
        return 1;
    }
    signal(SIGHUP,
           SIG_DFL); /* whoever runs this under nohup has it ignored, and pgswap leaves it so */
    return cmocka_run_group_tests_name("pg", tests, NULL, NULL) + run_copy_cases() +
           run_cancel_cases() + run_pool_cases();
}
