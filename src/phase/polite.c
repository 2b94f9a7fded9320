/*
 * The loop of short attempts.
 */
#include "phase/polite.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "model/statement.h"
#include "ui/log.h"

enum
{
    PAUSE_FIRST = 100,  /* ms */
    PAUSE_LAST = 15000, /* ms */
};

static bool
is_worth_another_try(const Error *error)
{
    return error_is(error, "55P03") || error_is(error, "40P01") || error_is(error, "40001") ||
           error->kind == ERROR_LIMIT || error->kind == ERROR_LOCK;
}

/* Only on the operator's word, and only transactions of the age the operator gave. */
static bool
end_blockers(Context *context, const PoliteTask *task, bool terminate, int64_t age, Error *error)
{
    const Result *result;

    if (age == 0)
        return true;
    result = statement_run(context->control, error, "blockers_end", "terminate",
                           terminate ? "true" : "false", "relations", task->relations, "migration",
                           context->migration->id_text, "age", number(age).text, NULL);
    if (result == NULL)
        return false;
    if (result_get_int(result, 0, "ended") > 0)
        log_warning("%s %s blocking transactions", terminate ? "terminated" : "cancelled",
                    result_get(result, 0, "ended"));
    return true;
}

/* The transaction that would keep us waiting, of at least that age; *who is NULL if there is none.
 */
static bool
find_blocker(Context *context, const PoliteTask *task, int64_t age, char **who, Error *error)
{
    char since[CLOCK_TEXT_SIZE];
    const Result *result = statement_run(context->control, error, "blockers", "relations",
                                         task->relations, "migration", context->migration->id_text,
                                         "blocker_age", number(age).text, NULL);

    *who = NULL;
    if (result == NULL)
        return false;
    if (result_rows(result) > 0)
        *who = arena_printf(context->arena, "%s, for %s", result_get(result, 0, "who"),
                            duration_format(since, result_get_int(result, 0, "age")));
    return true;
}

/* For the error at the end of the deadline: whoever holds a lock now, however young. */
static void
name_blocker(Context *context, const PoliteTask *task, Error *error)
{
    Error ignored = ERROR_INIT;
    char *who;

    if (find_blocker(context, task, 0, &who, &ignored) && who != NULL)
        error_detail(error, "In the way now: %s.", who);
    else if (task->last_failure != NULL)
        error_detail(error, "The last attempt failed: %s.", task->last_failure);
    error_clear(&ignored);
}

/* The operator's word counts before any lock; *who says so, or is NULL. */
static bool
is_paused(Context *context, char **who, Error *error)
{
    const Result *result = statement_run(context->control, error, "flags_read", "migration",
                                         context->migration->id_text, NULL);

    *who = NULL;
    if (result != NULL && result_rows(result) > 0 && result_get_bool(result, 0, "paused"))
        *who = arena_strdup(context->arena, "\"pgswap continue\": it is paused");
    return result != NULL;
}

/* Looks who would keep us waiting; *free_way is false if it is not worth queueing now. */
static bool
look_first(Context *context, const PoliteTask *task, bool *free_way, Error *error)
{
    char *who;

    if (!is_paused(context, &who, error) ||
        (who == NULL && !find_blocker(context, task, context->settings->blocker_age, &who, error)))
        return false;
    if (who != NULL)
    {
        if (!end_blockers(context, task, false, context->settings->cancel_blockers, error) ||
            !end_blockers(context, task, true, context->settings->terminate_blockers, error) ||
            !is_paused(context, &who, error) ||
            (who == NULL &&
             !find_blocker(context, task, context->settings->blocker_age, &who, error)))
            return false;
    }
    *free_way = who == NULL;
    if (*free_way)
        return true;
    log_info("waiting %s: %s", task->what, who);
    return journal_note(context->control, context->migration, 0, who, NULL, error);
}

static bool
pause_before_next(Context *context, const PoliteTask *task, int64_t *pause, int64_t started,
                  Error *error)
{
    int64_t left = started + task->deadline - clock_ms();

    if (left <= 0)
    {
        error_set(error, ERROR_LOCK, "no chance %s within the deadline", task->what);
        name_blocker(context, task, error);
        return error_hint(error, "Everything is in place and in sync: run the same command again "
                                 "when the table is less busy, or with a longer --swap-deadline.");
    }
    if (task->between != NULL && !task->between(context, task->data, error))
        return false;
    loop_sleep(context->loop, 1 + (left < *pause ? left : random() % *pause));
    *pause = *pause * 2 > PAUSE_LAST ? PAUSE_LAST : *pause * 2;
    return context_may_go_on(context, error);
}

bool
polite_run(Context *context, PoliteTask *task, Error *error)
{
    int64_t started = clock_ms(), pause = PAUSE_FIRST;

    for (;;)
    {
        bool free_way;
        Error failure = ERROR_INIT;

        if (!look_first(context, task, &free_way, error))
            return false;
        if (free_way)
        {
            task->attempts++;
            if (task->attempt(context, task->data, &failure))
                return true;
            statement_rollback(context->control);
            if (!is_worth_another_try(&failure))
            {
                error_move(error, &failure);
                return false;
            }
            log_debug("attempt %" PRId64 " %s: %s", task->attempts, task->what, failure.message);
            task->last_failure = arena_strdup(context->arena, failure.message);
            error_clear(&failure);
        }
        if (!pause_before_next(context, task, &pause, started, error))
            return false;
    }
}
