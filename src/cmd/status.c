/*
 * status: how migrations stand, read from the state; takes no lock and works from any machine.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/command.h"
#include "model/statement.h"
#include "ui/progress.h"

static json_t *
text_or_null(const Result *result, int row, const char *column)
{
    const char *value = result_get(result, row, column);

    return value != NULL ? json_string(value) : json_null();
}

static json_t *
number_or_null(const Result *result, int row, const char *column)
{
    const char *value = result_get(result, row, column);

    return value != NULL ? json_integer((json_int_t)strtoll(value, NULL, 10)) : json_null();
}

static json_t *
real_or_null(const Result *result, int row, const char *column)
{
    const char *value = result_get(result, row, column);

    return value != NULL ? json_real(strtod(value, NULL)) : json_null();
}

static json_t *
parity_json(const Result *result, int row)
{
    const char *state = result_get(result, row, "parity_state");

    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o}", "state", state != NULL ? state : "none",
                     "rows_compared", number_or_null(result, row, "rows_compared"),
                     "rows_different", number_or_null(result, row, "rows_different"), "finished_at",
                     text_or_null(result, row, "parity_finished_at"), "keys_proven",
                     number_or_null(result, row, "keys_proven"), "proven_at",
                     text_or_null(result, row, "proven_at"));
}

/* The latest attempts to swap, the newest first: what each took and imposed. */
static json_t *
attempt_log_json(const Result *result, int row)
{
    const char *text = result_get(result, row, "attempt_log");
    json_t *log = text != NULL ? json_loads(text, 0, NULL) : NULL;

    return log != NULL ? log : json_array();
}

static json_t *
swap_json(const Result *result, int row)
{
    return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "attempts",
                     (json_int_t)result_get_int(result, row, "swap_attempts"), "lock_held_ms",
                     real_or_null(result, row, "lock_held_ms"), "longest_wait_ms",
                     real_or_null(result, row, "longest_wait_ms"), "waiters",
                     number_or_null(result, row, "waiters"), "waiters_longest_ms",
                     real_or_null(result, row, "waiters_longest_ms"), "rows_drained",
                     number_or_null(result, row, "rows_drained"), "swapped_at",
                     text_or_null(result, row, "swapped_at"), "attempt_log",
                     attempt_log_json(result, row));
}

/* Whether a revert is possible, as far as it is known: follow finds out. */
static json_t *
revert_json(const Result *result, int row)
{
    bool possible = result_get(result, row, "no_way_back") == NULL &&
                    result_get(result, row, "revert_problem") == NULL;

    return json_pack("{s:b,s:o,s:o}", "possible", (int)possible, "since",
                     text_or_null(result, row, "revert_problem_since"), "reason",
                     text_or_null(result, row,
                                  result_get(result, row, "no_way_back") != NULL
                                      ? "no_way_back"
                                      : "revert_problem"));
}

/* Null unless it is paused. */
static json_t *
pause_json(const Result *result, int row)
{
    if (!result_get_bool(result, row, "paused"))
        return json_null();
    return json_pack("{s:o,s:o,s:o}", "at", text_or_null(result, row, "paused_at"), "by",
                     text_or_null(result, row, "paused_by"), "from",
                     text_or_null(result, row, "paused_from"));
}

static json_t *
migration_json(const Result *result, int row)
{
    static const char *const texts[] = {"migration",   "table", "phase",      "live",       "key",
                                        "waiting_for", "error", "started_at", "updated_at", NULL};
    static const char *const numbers[] = {"rows_estimated", "rows_copied", "chunks_done",
                                          "chunks_total",   "backlog",     NULL};
    json_t *root = json_pack("{s:i}", "schema_version", 1);

    for (int i = 0; texts[i] != NULL; i++)
        json_object_set_new(root, texts[i], text_or_null(result, row, texts[i]));
    for (int i = 0; numbers[i] != NULL; i++)
        json_object_set_new(root, numbers[i], number_or_null(result, row, numbers[i]));
    json_object_set_new(root, "paused", pause_json(result, row));
    json_object_set_new(root, "parity", parity_json(result, row));
    json_object_set_new(root, "swap", swap_json(result, row));
    json_object_set_new(root, "revert", revert_json(result, row));
    return root;
}

static void
print_json(const Result *result, bool all)
{
    json_t *root;

    if (!all)
        root = migration_json(result, 0);
    else
    {
        json_t *list = json_array();

        for (int i = 0; i < result_rows(result); i++)
            json_array_append_new(list, migration_json(result, i));
        root = json_pack("{s:i,s:o}", "schema_version", 1, "migrations", list);
    }
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(root);
}

/* A swap whose line was cut at the COMMIT left no figures. */
static const char *
or_unknown(const Result *result, int row, const char *column)
{
    const char *value = result_get(result, row, column);

    return value != NULL ? value : "?";
}

static void
print_one(const Result *result, int row)
{
    char copied[40], estimated[40], backlog[40];
    int64_t done = result_get_int(result, row, "blocks_done");
    int64_t total = result_get_int(result, row, "blocks_total");

    printf("%s  migration %s, phase %s\n", result_get(result, row, "table"),
           result_get(result, row, "migration"), result_get(result, row, "phase"));
    printf("  copied    %s of about %s rows (%" PRId64 "%%), new table %s\n",
           count_format(copied, result_get_int(result, row, "rows_copied")),
           count_format(estimated, result_get_int(result, row, "rows_estimated")),
           total > 0 ? done * 100 / total : 0,
           result_get(result, row, "green_size") != NULL ? result_get(result, row, "green_size")
                                                         : "-");
    printf("  backlog   %s keys\n", count_format(backlog, result_get_int(result, row, "backlog")));
    if (result_get(result, row, "parity_state") != NULL)
        printf("  parity    %s, %s rows compared, at %s\n", result_get(result, row, "parity_state"),
               result_get(result, row, "rows_compared"),
               result_get(result, row, "parity_finished_at"));
    if (result_get(result, row, "proven_at") != NULL)
        printf("  proven    %s keys that were applied since, at %s\n",
               count_format(backlog, result_get_int(result, row, "keys_proven")),
               result_get(result, row, "proven_at"));
    if (result_get(result, row, "swapped_at") != NULL)
        printf("  swapped   %s, %s attempts, lock held %s ms\n",
               result_get(result, row, "swapped_at"), or_unknown(result, row, "swap_attempts"),
               or_unknown(result, row, "lock_held_ms"));
    if (result_get(result, row, "revert_problem") != NULL)
        printf("  no revert since %s: %s\n", result_get(result, row, "revert_problem_since"),
               result_get(result, row, "revert_problem"));
    if (result_get_bool(result, row, "paused"))
        printf("  paused    at %s by role %s from %s\n", or_unknown(result, row, "paused_at"),
               or_unknown(result, row, "paused_by"), or_unknown(result, row, "paused_from"));
    if (result_get(result, row, "waiting_for") != NULL)
        printf("  waits for %s\n", result_get(result, row, "waiting_for"));
    if (result_get(result, row, "error") != NULL)
        printf("  stopped   %s\n", result_get(result, row, "error"));
    printf("  started   %s, updated %s\n", result_get(result, row, "started_at"),
           result_get(result, row, "updated_at"));
}

/* The rows to show; *result is NULL if there are none. */
static bool
read_rows(Session *session, const Result **result, Error *error)
{
    Context *context = &session->context;
    Target *target = &session->target;
    bool all = session->options->table == NULL;

    *result = NULL;
    if (all ? !journal_open(context->control, false, &target->state_present, error)
            : !target_find(context->control, context->arena, session->options->table, target,
                           error))
        return false;
    if (!all && target->migration == 0)
        return error_set(error, ERROR_FAULT, "there is no migration of %s", target->label);
    if (target->state_present)
        *result = statement_run(context->control, error, "status", "migration",
                                all ? "NULL" : number(target->migration).text, NULL);
    return error->kind == ERROR_NONE;
}

bool
status_command(Session *session, Error *error)
{
    const Result *result;
    bool json = session->options->json, all = session->options->table == NULL;

    if (!session_connect(session, error) || !read_rows(session, &result, error))
        return false;
    if (result == NULL || (!all && result_rows(result) == 0))
    {
        printf(json ? "{\"schema_version\": 1, \"migrations\": []}\n" : "no migrations\n");
        return true;
    }
    if (json)
        print_json(result, all);
    else
        for (int i = 0; i < result_rows(result); i++)
            print_one(result, i);
    return true;
}
