/*
 * What the server tells of its load: slots, WAL, sessions, a query of the user's, snapshots.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/statement.h"
#include "signals_private.h"
#include "ui/progress.h"

enum
{
    QUERY_TIMEOUT = 5000, /* ms for a query of the user's */
    DEBT_MOST = 10,       /* s of the allowed rate that are remembered as too much */
};

bool
refuse_unseen(const char *what, const char *option, const char *role, Error *error)
{
    error_set(error, ERROR_REFUSED, "this role cannot see %s, which %s asks for", what, option);
    return error_hint(error, "A superuser can GRANT %s TO the role.", role);
}

bool
look_at_slots(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    int64_t most = context->settings->max_slot_retained;
    char retained[40];
    const Result *result;

    if (most == 0)
        return true;
    result = statement_run(conn, error, template, NULL);
    if (result == NULL)
        return false;
    if (result_rows(result) > 0 && result_get_int(result, 0, "retained") > most)
        text_printf(held, "replication slot \"%s\", %s, which retains %s of WAL",
                    result_get(result, 0, "name"),
                    result_get_bool(result, 0, "active") ? "in use" : "not in use",
                    bytes_format(retained, result_get_int(result, 0, "retained")));
    return true;
}

/* What is written above the rate is a debt, which time pays: so the rate is kept on average.  A
 * burst of others' is not remembered for longer than some seconds. */
bool
look_at_wal(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    Pressure *p = context->pressure;
    int64_t rate = context->settings->max_wal_rate, now, written;
    const Result *result;
    char now_text[40];

    if (rate == 0)
        return true;
    result = statement_run(conn, error, template, NULL);
    if (result == NULL)
        return false;
    now = clock_ms();
    written = result_get_int(result, 0, "written");
    if (p->wal_at > 0 && now > p->wal_at && written >= p->wal_written)
    {
        double seconds = (double)(now - p->wal_at) / 1000;
        double debt = (double)(p->wal_debt + written - p->wal_written) - seconds * (double)rate;
        double most = (double)rate * DEBT_MOST;

        p->wal_debt = debt < 0 ? 0 : (int64_t)(debt < most ? debt : most);
        if (p->wal_debt > 0)
            text_printf(
                held, "less WAL to be written than %s a second",
                bytes_format(now_text, (int64_t)((double)(written - p->wal_written) / seconds)));
    }
    p->wal_at = now;
    p->wal_written = written;
    return true;
}

bool
look_at_sessions(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    int64_t most = context->settings->max_active, active;
    const Result *result;

    if (most == 0)
        return true;
    result = statement_run(conn, error, template, NULL);
    if (result == NULL)
        return false;
    if (!result_get_bool(result, 0, "may_see"))
        return refuse_unseen("what other sessions do", "--max-active", "pg_read_all_stats", error);
    active = result_get_int(result, 0, "active");
    if (active > most)
        text_printf(held, "fewer active sessions than %" PRId64, active);
    return true;
}

/* --- a query of the user's ---------------------------------------------------------------- */

/* Without the semicolons at its end. */
static char *
bare_query(Arena *arena, const char *query)
{
    size_t length = strlen(query);

    while (length > 0 && strchr("; \t\r\n", query[length - 1]) != NULL)
        length--;
    return arena_strndup(arena, query, length);
}

static bool
is_late(const Error *error)
{
    return error_is(error, "57014") || error_is(error, "55P03");
}

static bool
take_value(Arena *arena, const Result *result, const char *option, const char **value, Error *error)
{
    if (result_rows(result) == 1)
        *value = arena_strdup(arena, result_get(result, 0, "value"));
    if (*value != NULL)
        return true;
    return error_set(error, ERROR_REFUSED, "the query of %s returned %s", option,
                     result_rows(result) == 0   ? "no row"
                     : result_rows(result) == 1 ? "null"
                                                : "several rows");
}

bool
ask_query(Conn *conn, Arena *arena, const char *query, const char *option, const char **value,
          Error *error)
{
    Error failure = ERROR_INIT;
    const Result *result = NULL;
    bool ok;

    *value = NULL;
    if (!statement_do(conn, error, "query_begin", "timeout", number(QUERY_TIMEOUT).text, NULL))
        return false;
    result = statement_run(conn, &failure, "query_answer", "query", bare_query(arena, query), NULL);
    ok = result != NULL ? take_value(arena, result, option, value, &failure) : is_late(&failure);
    if (!ok && failure.kind == ERROR_STATEMENT)
        error_context(&failure, "the query of %s", option);
    if (!ok)
        error_move(error, &failure);
    error_clear(&failure);
    statement_rollback(conn);
    return ok;
}

/* true and false, or a number. */
static bool
check_yes(const char *value, bool *yes, Error *error)
{
    char *end;
    double number = strtod(value, &end);

    *yes = strcmp(value, "true") == 0 || (end != value && number > 0);
    if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0 || (end != value && *end == '\0'))
        return true;
    error_set(error, ERROR_REFUSED, "the query of --throttle-query returned \"%s\"", value);
    return error_hint(error, "It must return true, false or a number.");
}

bool
look_at_query(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    const char *query = context->settings->throttle_query, *value = NULL;
    Arena *scratch;
    bool ok, yes = false;

    (void)template;
    if (query == NULL)
        return true;
    scratch = arena_new();
    ok = ask_query(conn, scratch, query, "--throttle-query", &value, error);
    if (ok && value == NULL)
        text_append(held, "an answer to --throttle-query");
    else if (ok)
        ok = check_yes(value, &yes, error);
    if (yes)
        text_printf(held, "another answer to --throttle-query than %s", value);
    arena_free(scratch);
    return ok;
}

/* --- our own snapshot --------------------------------------------------------------------- */

bool
look_at_snapshot(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    int64_t most = context->settings->max_snapshot_age;
    char age[CLOCK_TEXT_SIZE];
    const Result *result;
    Arena *scratch;

    if (most == 0 || context->migration == NULL)
        return true;
    scratch = arena_new();
    result = statement_run(conn, error, template, "workers",
                           context_worker_name(scratch, context->migration), NULL);
    arena_free(scratch);
    if (result == NULL)
        return false;
    if (result_get_int(result, 0, "age") > most)
        text_printf(held, "a snapshot of this run is %s old",
                    duration_format(age, result_get_int(result, 0, "age")));
    return true;
}
