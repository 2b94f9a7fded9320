/*
 * Set-up, checks and small disturbances for the tests of layer 2.
 */
#include "pg_fixture.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static void
on_notice(void *context, const char *conn_name, const char *severity, const char *sqlstate,
          const char *message)
{
    Fixture *f = context;

    text_printf(&f->notices, "%s %s %s %s;", conn_name, severity, sqlstate, message);
    for (; f->signals > 0; f->signals--)
        raise(SIGINT);
}

const ConnParams *
fixture_params(Fixture *f, const char *host, const char *port, const char *sslmode)
{
    static const char *const keywords[] = {"dbname",           "host", "port", "sslmode",
                                           "application_name", NULL};

    f->values[0] = getenv("PGSWAP_TEST_CONNINFO");
    f->values[1] = host;
    f->values[2] = port;
    f->values[3] = sslmode;
    f->values[4] = "pgswap test";
    f->params = (ConnParams){.keywords = keywords,
                             .values = f->values,
                             .connect_timeout = 20000,
                             .on_notice = on_notice,
                             .notice_context = f};
    return &f->params;
}

int
fixture_setup(void **state)
{
    Fixture *f = calloc(1, sizeof(*f));

    if (f == NULL)
        return -1;
    *state = f;
    f->loop = loop_new();
    f->conn = await_connect(f->loop, fixture_params(f, NULL, NULL, NULL), "main", &f->error);
    if (f->conn == NULL)
        print_error("%s: %s\n", f->error.message, f->error.detail);
    return f->conn != NULL ? 0 : -1;
}

int
fixture_teardown(void **state)
{
    Fixture *f = *state;
    bool clean;

    conn_close(f->conn);
    clean = loop_free(f->loop);
    error_clear(&f->error);
    text_clear(&f->notices);
    free(f);
    return clean ? 0 : -1;
}

const char *
fixture_text(Fixture *f, const char *sql)
{
    const Result *result = await_query(f->conn, sql, &f->error);

    if (result == NULL)
        fail_msg("%s: %s", sql, f->error.message);
    return result_get(result, 0, "value");
}

int64_t
fixture_number(Fixture *f, const char *sql)
{
    return strtoll(fixture_text(f, sql), NULL, 10);
}

void
fixture_check(Fixture *f, ErrorKind kind, const char *sqlstate)
{
    if (f->error.kind != kind || strcmp(f->error.sqlstate, sqlstate) != 0)
        fail_msg("kind %d, SQLSTATE \"%s\": %s (%s)", f->error.kind, f->error.sqlstate,
                 f->error.message, f->error.detail);
    assert_non_null(f->error.message);
    error_clear(&f->error);
}

void
fixture_fails(Fixture *f, const char *sql, ErrorKind kind, const char *sqlstate)
{
    assert_null(await_query(f->conn, sql, &f->error));
    fixture_check(f, kind, sqlstate);
}

void
fixture_check_lost(Fixture *f)
{
    int64_t start = clock_ms();

    assert_false(conn_is_open(f->conn));
    fixture_fails(f, "SELECT 1", ERROR_CONNECTION, "57P01");
    assert_null(await_query(f->conn, "SELECT 1", &f->error));
    assert_non_null(strstr(f->error.message, "terminating connection"));
    fixture_check(f, ERROR_CONNECTION, "57P01");
    assert_true(clock_ms() - start < 10000);
}

void
fixture_stop(Fixture *f)
{
    raise(SIGINT);
    while (!loop_is_stopping(f->loop))
        loop_turn(f->loop, 1000);
}

bool
fixture_count_rows(void *context, const char *data, size_t length, Error *error)
{
    Counter *counter = context;

    assert_non_null(data);
    counter->rows++;
    counter->bytes += (int64_t)length;
    if (counter->slow_each > 0 && counter->rows % counter->slow_each == 0)
    {
        counter->naps++;
        usleep(10000);
    }
    for (int64_t end = clock_us() + 4; counter->slow && clock_us() < end;)
        ;
    if (counter->rows % 1000 == 0 && fixture_memory() > counter->peak)
        counter->peak = fixture_memory();
    if (counter->rows == counter->fail_at)
        return error_set(error, ERROR_PARITY, "row %lld is wrong", (long long)counter->rows);
    return true;
}

int
fixture_socket(bool listens, char port[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    if (listens)
        assert_int_equal(listen(fd, 5), 0);
    snprintf(port, 8, "%d", ntohs(address.sin_port));
    return fd;
}

pid_t
fixture_signal_later(pid_t pid, int delay_ms, int first, int second)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child > 0)
        return child;
    usleep((useconds_t)delay_ms * 1000);
    kill(pid, first);
    if (second != 0)
    {
        usleep((useconds_t)delay_ms * 1000);
        kill(pid, second);
    }
    _exit(0);
}

void
fixture_wait(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

void
fixture_aborts(void (*body)(void), const char *words)
{
    char output[4096] = "";
    size_t length = 0;
    ssize_t got;
    int ends[2], status;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
    {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        body();
        _exit(0);
    }
    close(ends[1]);
    while ((got = read(ends[0], output + length, sizeof(output) - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(output, words));
}

/* AddressSanitizer has its own heap. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

int64_t
fixture_memory(void)
{
    struct mallinfo2 info;

    if (__sanitizer_get_current_allocated_bytes != NULL)
        return (int64_t)__sanitizer_get_current_allocated_bytes();
    info = mallinfo2();
    return (int64_t)(info.uordblks + info.hblkhd);
}
