/*
 * What the tests of layer 2 share: a loop and a connection for each test, on the server that
 * with_server.sh has started.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"
#include "pg/await.h"
#include "pg/conn.h"
#include "pg/loop.h"

typedef struct Fixture
{
    Loop *loop;
    Conn *conn;   /* ready, over the Unix socket, named "main" */
    Error error;  /* empty; cleared after the test */
    Text notices; /* "name severity sqlstate message;" */
    int signals;  /* raise(SIGINT) so often at the next notice */
    const char *values[6];
    ConnParams params;
} Fixture;

/* A sink's context: counts rows, naps or fails on request, and notes the peak of memory. */
typedef struct Counter
{
    int64_t rows;
    int64_t bytes;
    int64_t fail_at;   /* row that fails, or 0 */
    int64_t slow_each; /* rows between naps, or 0 */
    bool slow;         /* some microseconds of work for every row */
    int64_t naps;
    int64_t peak;
} Counter;

bool fixture_count_rows(void *context, const char *data, size_t length, Error *error);

/* setup and teardown of cmocka; the latter fails if anything is left in the loop. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

#define ON_SERVER(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

/* Parameters of the test server.  host, port and sslmode may be NULL (the Unix socket).  Valid
 * until the next call. */
const ConnParams *fixture_params(Fixture *f, const char *host, const char *port,
                                 const char *sslmode);

/* A query that must succeed; its value in row 0 as a number, as text. */
int64_t fixture_number(Fixture *f, const char *sql);
const char *fixture_text(Fixture *f, const char *sql);

/* A query that must fail. */
void fixture_fails(Fixture *f, const char *sql, ErrorKind kind, const char *sqlstate);

/* Stops the loop, as a first signal does. */
void fixture_stop(Fixture *f);

/* Checks kind and SQLSTATE of f->error, and clears it. */
void fixture_check(Fixture *f, ErrorKind kind, const char *sqlstate);

/* f->conn is known to be lost by 57P01, and says so at once for whatever is asked. */
void fixture_check_lost(Fixture *f);

/* A TCP socket on 127.0.0.1 that refuses connections or, if it listens, never answers. */
int fixture_socket(bool listens, char port[8]);

/* After the delay sends the signal to pid, and the second one that long after it (0: none).
 * Returns the process to wait for. */
pid_t fixture_signal_later(pid_t pid, int delay_ms, int first, int second);
void fixture_wait(pid_t child);

/* Runs body in a child process, which must end by abort() with these words on stderr. */
void fixture_aborts(void (*body)(void), const char *words);

/* Bytes of the heap that are in use. */
int64_t fixture_memory(void);
