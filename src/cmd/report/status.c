/*
 * How migrations stand.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/report.h"
#include "ui/member.h"
#include "ui/progress.h"
#include "ui/wrap.h"

enum
{
    INDENT = 12 /* where the values begin */
};

/* A row of templates/state/status.sql. */
typedef struct Row
{
    const Result *result;
    int number;
} Row;

static const char *
get(Row row, const char *column)
{
    return result_get(row.result, row.number, column);
}

/* Columns become members of the same names. */
static void
put_texts(json_t *object, Row row, const char *const *columns)
{
    for (; *columns != NULL; columns++)
        member_text(object, *columns, get(row, *columns));
}

static void
put_integers(json_t *object, Row row, const char *const *columns)
{
    for (; *columns != NULL; columns++)
        if (get(row, *columns) != NULL)
            member_integer(object, *columns, result_get_int(row.result, row.number, *columns));
        else
            member_object(object, *columns, NULL);
}

static void
put_reals(json_t *object, Row row, const char *const *columns)
{
    for (; *columns != NULL; columns++)
        member_real(object, *columns,
                    get(row, *columns) != NULL ? strtod(get(row, *columns), NULL) : NAN);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static json_t *
parity_json(Row row)
{
    json_t *parity = json_object();

    member_text(parity, "state",
                get(row, "parity_state") != NULL ? get(row, "parity_state") : "none");
    put_integers(parity, row, NAMES("rows_compared", "rows_different", "keys_proven"));
    member_text(parity, "finished_at", get(row, "parity_finished_at"));
    member_text(parity, "proven_at", get(row, "proven_at"));
    return parity;
}

/* With the latest attempts to swap, the newest first: what each took and imposed. */
static json_t *
swap_json(Row row)
{
    const char *log = get(row, "attempt_log");
    json_t *swap = json_object();

    member_integer(swap, "attempts", result_get_int(row.result, row.number, "swap_attempts"));
    put_reals(swap, row,
              NAMES("lock_held_seconds", "longest_wait_seconds", "waiters_longest_seconds"));
    put_integers(swap, row, NAMES("waiters", "rows_drained"));
    put_texts(swap, row, NAMES("swapped_at"));
    member_object(swap, "attempt_log", log != NULL ? json_loads(log, 0, NULL) : json_array());
    return swap;
}

/* Whether a revert is possible, as far as it is known: follow finds out. */
static json_t *
revert_json(Row row)
{
    const char *never = get(row, "no_way_back"), *now = get(row, "revert_problem");
    json_t *revert = json_object();

    member_flag(revert, "possible", never == NULL && now == NULL);
    member_text(revert, "since", get(row, "revert_problem_since"));
    member_text(revert, "reason", never != NULL ? never : now);
    return revert;
}

/* Who works on it, or was the last to. */
static json_t *
run_by_json(Row row)
{
    json_t *run_by;

    if (get(row, "pid") == NULL)
        return NULL;
    run_by = json_object();
    put_texts(run_by, row, NAMES("role", "host"));
    put_integers(run_by, row, NAMES("pid"));
    put_texts(run_by, row, NAMES("since"));
    member_flag(run_by, "alive", result_get_bool(row.result, row.number, "alive"));
    return run_by;
}

/* How long it has been held up, and by which signals. */
static json_t *
throttled_json(Row row)
{
    json_t *throttled = json_object();

    member_real(throttled, "seconds",
                get(row, "throttled_seconds") != NULL ? strtod(get(row, "throttled_seconds"), NULL)
                                                      : 0);
    member_object(throttled, "by_signal", json_loads(get(row, "throttled"), 0, NULL));
    return throttled;
}

static json_t *
paused_json(Row row)
{
    json_t *paused;

    if (!result_get_bool(row.result, row.number, "paused"))
        return NULL;
    paused = json_object();
    member_text(paused, "at", get(row, "paused_at"));
    member_text(paused, "by", get(row, "paused_by"));
    member_text(paused, "from", get(row, "paused_from"));
    return paused;
}

static json_t *
dual_write_json(Row row)
{
    json_t *dual_write;

    if (get(row, "dual_write_since") == NULL)
        return NULL;
    dual_write = json_object();
    member_text(dual_write, "since", get(row, "dual_write_since"));
    return dual_write;
}

/* Whose snapshot keeps dead rows, the change log's among them, for long. */
static json_t *
old_snapshot_json(Row row)
{
    json_t *old_snapshot;

    if (get(row, "snapshot_pid") == NULL)
        return NULL;
    old_snapshot = json_object();
    member_integer(old_snapshot, "pid", result_get_int(row.result, row.number, "snapshot_pid"));
    member_text(old_snapshot, "role", get(row, "snapshot_role"));
    member_text(old_snapshot, "application", get(row, "snapshot_application"));
    member_text(old_snapshot, "since", get(row, "snapshot_since"));
    return old_snapshot;
}

static void
put_row(json_t *object, Row row)
{
    put_texts(object, row,
              NAMES("table", "migration", "phase", "phase_since", "live", "key", "waiting_for",
                    "last_error", "started_at", "updated_at", "finished_at", "finished_by"));
    member_flag(object, "restored", result_get_bool(row.result, row.number, "restored"));
    member_flag(object, "hold", result_get_bool(row.result, row.number, "hold"));
    member_object(object, "paused", paused_json(row));
    member_object(object, "dual_write", dual_write_json(row));
    member_object(object, "old_snapshot", old_snapshot_json(row));
    member_object(object, "throttled", throttled_json(row));
    member_object(object, "run_by", run_by_json(row));
    put_integers(object, row,
                 NAMES("rows_estimated", "rows_copied", "chunks_done", "chunks_total",
                       "blocks_done", "blocks_total", "new_table_bytes", "backlog"));
    put_reals(object, row, NAMES("rows_per_second", "seconds_left"));
    member_object(object, "parity", parity_json(row));
    member_object(object, "swap", swap_json(row));
    member_object(object, "revert", revert_json(row));
}

static void
put_all(json_t *report, const Result *result)
{
    json_t *list = json_array();

    for (int i = 0; result != NULL && i < result_rows(result); i++)
    {
        json_t *object = json_object();

        put_row(object, (Row){result, i});
        member_append(list, object);
    }
    member_object(report, "migrations", list);
}

/* A swap whose line was cut at the COMMIT left no figures. */
static const char *
or_unknown(Row row, const char *column)
{
    const char *value = get(row, column);

    return value != NULL ? value : "?";
}

static void
print_copy(Row row)
{
    const Result *result = row.result;
    char copied[40], estimated[40], rate[40], size[40], left[CLOCK_TEXT_SIZE];
    int64_t done = result_get_int(result, row.number, "blocks_done");
    int64_t total = result_get_int(result, row.number, "blocks_total");
    int64_t rows = result_get_int(result, row.number, "rows_estimated"); /* 0: not known */

    printf("  copied    %s",
           count_format(copied, result_get_int(result, row.number, "rows_copied")));
    if (rows > 0 && get(row, "finished_at") == NULL)
        printf(" of about %s", count_format(estimated, rows));
    printf(" rows");
    if (total > 0 && get(row, "finished_at") == NULL)
        printf(" (%" PRId64 "%%)", done * 100 / total);
    if (get(row, "new_table_bytes") != NULL)
        printf(", new table %s",
               bytes_format(size, result_get_int(result, row.number, "new_table_bytes")));
    printf("\n");
    if (get(row, "rows_per_second") != NULL)
        printf("            %s rows/s", count_format(rate, atoll(get(row, "rows_per_second"))));
    if (get(row, "seconds_left") != NULL)
        printf(", %s left", duration_format(left, atoll(get(row, "seconds_left")) * 1000));
    if (get(row, "rows_per_second") != NULL)
        printf("\n");
}

static void
print_proof(Row row)
{
    char count[40], different[40];

    if (get(row, "parity_state") != NULL)
        printf("  compared  %s rows, %s different, at %s\n",
               count_format(count, result_get_int(row.result, row.number, "rows_compared")),
               count_format(different, result_get_int(row.result, row.number, "rows_different")),
               get(row, "parity_finished_at"));
    if (get(row, "proven_at") != NULL)
        wrap_print(INDENT, "            and %s changes that were applied since, at %s\n",
                   count_format(count, result_get_int(row.result, row.number, "keys_proven")),
                   get(row, "proven_at"));
}

static void
print_swap(Row row)
{
    if (get(row, "swapped_at") != NULL)
        printf("  swapped   %s, at attempt %s, lock held %s s\n", get(row, "swapped_at"),
               or_unknown(row, "swap_attempts"), or_unknown(row, "lock_held_seconds"));
    if (get(row, "revert_problem") != NULL)
        wrap_print(INDENT, "  no revert since %s: %s\n", get(row, "revert_problem_since"),
                   get(row, "revert_problem"));
}

/* "throttled 12.3 s: lag 12 s, file 300 ms" */
static void
print_throttled(Row row)
{
    json_t *signals = json_loads(get(row, "throttled"), 0, NULL), *seconds;
    char time[CLOCK_TEXT_SIZE];
    const char *name;
    Text list = {0};

    json_object_foreach(signals, name, seconds)
    {
        int64_t ms = (int64_t)(json_number_value(seconds) * 1000);

        text_printf(&list, "%s%s %s", list.length > 0 ? ", " : "", name, duration_format(time, ms));
    }
    if (list.length > 0)
        wrap_print(INDENT, "  throttled %s: %s\n",
                   duration_format(time, (int64_t)(atof(get(row, "throttled_seconds")) * 1000)),
                   text_cstr(&list));
    text_clear(&list);
    json_decref(signals);
}

static void
print_status_row(Row row)
{
    int64_t backlog = result_get_int(row.result, row.number, "backlog");
    char count[40];

    printf("%s  migration %s, phase %s since %s\n", get(row, "table"), get(row, "migration"),
           get(row, "phase"), or_unknown(row, "phase_since"));
    if (result_get_bool(row.result, row.number, "restored"))
        printf("  restored  from a copy of another database: \"pgswap %s\" removes what is left of "
               "it\n",
               strcmp(get(row, "phase"), "swapped") == 0 ? "finish" : "abort");
    print_copy(row);
    printf("  backlog   %s %s to apply\n", count_format(count, backlog),
           backlog == 1 ? "change" : "changes");
    if (get(row, "dual_write_since") != NULL)
        printf("  writes    go to both tables since %s\n", get(row, "dual_write_since"));
    print_proof(row);
    print_swap(row);
    if (result_get_bool(row.result, row.number, "paused"))
        wrap_print(INDENT, "  paused    at %s by role %s from %s\n", or_unknown(row, "paused_at"),
                   or_unknown(row, "paused_by"), or_unknown(row, "paused_from"));
    else if (get(row, "waiting_for") != NULL)
        wrap_print(INDENT, "  waits for %s\n", get(row, "waiting_for"));
    print_throttled(row);
    if (get(row, "snapshot_pid") != NULL)
        wrap_print(
            INDENT,
            "  snapshot  of pid %s (role %s, application \"%s\"), since %s, keeps dead rows from "
            "being removed\n",
            get(row, "snapshot_pid"), or_unknown(row, "snapshot_role"),
            or_unknown(row, "snapshot_application"), or_unknown(row, "snapshot_since"));
    if (get(row, "last_error") != NULL)
        wrap_print(INDENT, "  stopped   %s\n", get(row, "last_error"));
    if (get(row, "pid") != NULL)
        wrap_print(INDENT, "  %s role %s, host %s, pid %s, since %s\n",
                   result_get_bool(row.result, row.number, "alive") ? "run by   " : "last run by",
                   get(row, "role"), get(row, "host"), get(row, "pid"), get(row, "since"));
    if (get(row, "finished_at") != NULL)
        wrap_print(INDENT, "  ended     %s by role %s\n", get(row, "finished_at"),
                   or_unknown(row, "finished_by"));
    printf("  started   %s, updated %s\n", get(row, "started_at"), get(row, "updated_at"));
}

void
report_status(const Session *session, const Result *rows)
{
    int count = rows != NULL ? result_rows(rows) : 0;

    if (session->options->table != NULL)
        put_row(session->report, (Row){rows, 0});
    else
        put_all(session->report, rows);
    if (session->options->json)
        return;
    for (int i = 0; i < count; i++)
        print_status_row((Row){rows, i});
    if (count == 0)
        printf("no migrations\n");
}
