/*
 * The loop of short attempts.
 */
#include "tool/polite.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/pair.h"
#include "model/statement.h"
#include "tool/backoff.h"
#include "tool/budget.h"
#include "tool/pending.h"
#include "tool/throttle.h"
#include "ui/log.h"
#include "ui/progress.h"

enum
{
    SILENCE_MIN = 250, /* ms of our silence that the server bears at least */
    GENTLE_TURNS = 4,  /* to get past autovacuums that begin again */
    AT_ONCE = 200,     /* ms that locks take which nobody holds */
};

/* Only on the operator's word, and only transactions of the age the operator gave. */
static bool
end_blockers(Context *context, const PoliteTask *task, bool terminate, int64_t age, Error *error)
{
    const Result *result;
    int64_t ended;

    if (age == 0)
        return true;
    result = statement_run(context->control, error, "blockers_end", "terminate",
                           terminate ? "true" : "false", "relations", task->relations,
                           "readers_pass", task->readers_pass ? "true" : "false", "migration",
                           context->migration->id_text, "age", number(age).text, NULL);
    if (result == NULL)
        return false;
    ended = result_get_int(result, 0, "ended");
    if (ended > 0)
        log_warning("%s %" PRId64 " blocking %s",
                    terminate ? "terminated" : "cancelled the statements of", ended,
                    ended == 1 ? "session" : "sessions");
    return true;
}

/* The transaction that would keep us waiting, of at least that age; empty if there is none. */
static bool
find_blocker(Context *context, const PoliteTask *task, int64_t age, Text *who, Error *error)
{
    char since[CLOCK_TEXT_SIZE];
    const Result *result =
        statement_run(context->control, error, "blockers", "relations", task->relations,
                      "readers_pass", task->readers_pass ? "true" : "false", "migration",
                      context->migration->id_text, "blocker_age", number(age).text, NULL);

    if (result == NULL)
        return false;
    if (result_rows(result) > 0)
        text_printf(who, "%s, for %s", result_get(result, 0, "who"),
                    duration_format(since, result_get_int(result, 0, "age")));
    return true;
}

/* Looks who would keep us waiting: it is not worth queueing unless *who stays empty. */
static bool
look_first(Context *context, PoliteTask *task, Text *who, Error *error)
{
    const Settings *settings = context->settings;
    bool waited = who->length > 0;
    int64_t paused;

    text_reset(who);
    /* the operator's word counts before any lock, and not against the deadline */
    if (!throttle_wait(context, ASKER_ATTEMPT, pending_meanwhile, &paused, error))
        return false;
    task->until += paused;
    if (!end_blockers(context, task, false, settings->cancel_blockers, error) ||
        !end_blockers(context, task, true, settings->terminate_blockers, error) ||
        !find_blocker(context, task, settings->blocker_age, who, error))
        return false;
    progress_stalled(who->length > 0 ? "blocked" : NULL);
    if (who->length == 0)
        return !waited || journal_note(context->control, context->migration, -1, NULL, NULL, error);
    context_say_waiting(context, WAITING_LOCK, "waiting to %s %s: blocked by %s", task->what,
                        context->migration->label, text_cstr(who));
    return journal_note(context->control, context->migration, -1, text_cstr(who), NULL, error);
}

/* The end of the deadline.  Whoever holds a lock now, however young, is named if a lock was what
 * the last attempt wanted for. */
static bool
give_up_attempts(Context *context, const PoliteTask *task, Text *who, const Error *last,
                 Error *error)
{
    Error ignored = ERROR_INIT;
    char deadline[CLOCK_TEXT_SIZE];

    error_set(error, ERROR_LOCK, "could not %s %s within --swap-deadline (%s)", task->what,
              context->migration->label, duration_format(deadline, task->deadline));
    if (who->length == 0 && last->kind == ERROR_LOCK)
        (void)!find_blocker(context, task, 0, who, &ignored);
    if (who->length > 0)
        error_detail(error, "Blocked by %s.", text_cstr(who));
    else if (last->kind != ERROR_NONE)
        error_detail(error, "The last attempt failed: %s.", last->message);
    error_clear(&ignored);
    return error_hint(error, "The attempts changed nothing. Run the same command again when the "
                             "table is less busy, or with a longer --swap-deadline.");
}

static bool
lock_each_once(Context *context, const StatementList *locks, Error *error)
{
    for (int i = 0; i < locks->count; i++)
        if (!statement_do(context->control, error, "lock_once", "statement", locks->items[i], NULL))
            return false;
    return true;
}

/* Each is let go before the next is asked for: with one in hand, a wait for another would be one
 * for those who wait for the first.  While one autovacuum gives way another may begin on a table
 * that was free, so this goes on until nothing was waited for, if that does not take too often. */
static bool
lock_gently(Context *context, const char *relations, Error *error)
{
    Arena *scratch = arena_new();
    StatementList locks;
    bool waited = true;
    bool ok = statement_collect(context->control, scratch, &locks, error, "lock_gently",
                                "relations", relations, NULL);

    for (int turn = 0; ok && waited && turn < GENTLE_TURNS; turn++)
    {
        int64_t started = clock_ms();

        ok = lock_each_once(context, &locks, error);
        waited = clock_ms() - started > AT_ONCE;
    }
    arena_free(scratch);
    return ok;
}

bool
polite_begin(Context *context, const char *relations, Error *error)
{
    const Migration *migration = context->migration;
    int64_t silence = context->settings->max_lock_hold;

    if (!statement_do(context->control, error, "begin_attempt", "idle_timeout",
                      number(silence < SILENCE_MIN ? SILENCE_MIN : silence).text, NULL))
        return false;
    for_each_pair (pair, migration)
        if (!pair_generate(context->control, pair, error, "lock_standby", "dual_write",
                           migration->dual_write ? "true" : "false", NULL))
            return false;
    return lock_gently(context, relations, error) && budget_ask(context, error);
}

bool
polite_make_way(Context *context, const char *relations, Error *error)
{
    bool ok = polite_begin(context, relations, error) &&
              statement_do(context->control, error, "commit", NULL);

    budget_end(context);
    return ok;
}

void
polite_explain(Context *context, Error *error)
{
    PoliteTask task = {0};
    Error ignored = ERROR_INIT;
    Text who = {0};

    if (!error_is(error, "55P03") || error->detail != NULL || context->migration == NULL ||
        context->migration->pair_count == 0 || !conn_is_open(context->control))
        return;
    statement_rollback(context->control);
    task.relations = context->migration->live_oids;
    if (find_blocker(context, &task, 0, &who, &ignored) && who.length > 0)
        error_detail(error, "Blocked by %s.", text_cstr(&who));
    error_hint(error, "Nothing is lost: the same command continues from here.");
    text_clear(&who);
    error_clear(&ignored);
}

/* One attempt; *last says why it failed.  The rest of task tells what it imposed. */
static bool
attempt_once(Context *context, PoliteTask *task, Error *last)
{
    int64_t imposed;
    bool ok;

    error_clear(last);
    task->imposed = -1;
    budget_begin(context);
    ok = task->attempt(context, task->data, last);
    imposed = budget_end(context);
    if (task->imposed < 0)
        task->imposed = imposed;
    return ok;
}

/* Looks, and tries if nobody is in the way; *done if that worked.  What is worth another try is no
 * error: *last is why the latest attempt failed, *who whom it is waiting for. */
static bool
turn(Context *context, PoliteTask *task, Text *who, bool *done, Error *last, Error *error)
{
    task->imposed = 0;
    if (!look_first(context, task, who, error))
        return false;
    if (who->length > 0)
        return true;
    *done = attempt_once(context, task, last);
    if (*done)
        return true;
    statement_rollback(context->control);
    if (!error_is_passing(last) && !budget_is_over(last))
    {
        error_move(error, last);
        return false;
    }
    log_debug("an attempt to %s %s failed: %s", task->what, context->migration->label,
              last->message);
    return true;
}

/* What the task does between attempts may meet others, too. */
static bool
do_between(Context *context, const PoliteTask *task, Error *error)
{
    if (task->between == NULL || task->between(context, task->data, error))
        return true;
    if (!error_is_passing(error))
        return false;
    error_clear(error);
    return true;
}

static bool
try_until(Context *context, PoliteTask *task, Text *who, Error *last, Error *error)
{
    int64_t left, pause;
    Backoff backoff;
    bool done = false;

    backoff_init(&backoff, context->settings->retry_pause);
    task->until = clock_ms() + task->deadline;
    for (;;)
    {
        if (!context_may_go_on(context, error) || !turn(context, task, who, &done, last, error))
            return false;
        if (done)
            return true;
        if (clock_ms() >= task->until)
            return give_up_attempts(context, task, who, last, error);
        pause = backoff_after(&backoff, task->imposed, random());
        if (!do_between(context, task, error))
            return false;
        left = task->until - clock_ms();
        if (left > 0)
            loop_sleep(context->loop, left < pause ? left : pause);
    }
}

bool
polite_run(Context *context, PoliteTask *task, Error *error)
{
    Text who = {0};
    Error last = ERROR_INIT, ignored = ERROR_INIT;
    bool ok = context_set_patience(context, context->settings->lock_timeout, error) &&
              try_until(context, task, &who, &last, error);

    if (conn_is_open(context->control))
        (void)!context_set_patience(context, READ_PATIENCE, &ignored);
    text_clear(&who);
    error_clear(&last);
    error_clear(&ignored);
    return ok;
}
