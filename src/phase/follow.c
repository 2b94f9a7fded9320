/*
 * Follow: after the swap, what is written to live goes over to the other table, so that a revert
 * has little to catch up with, and so that a row which the other table cannot hold is found when it
 * is written and not when the way back is needed.
 */
#include "phase/follow.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "model/statement.h"
#include "tool/explain.h"
#include "tool/guard.h"
#include "tool/keys.h"
#include "tool/pending.h"
#include "tool/rotation.h"
#include "tool/signals.h"
#include "ui/log.h"
#include "ui/progress.h"

enum
{
    FOLLOW_PAUSE = 500,        /* ms between rounds */
    FOLLOW_PAUSE_LAST = 15000, /* from which on it does not double while a row does not fit */
};

static bool
note(Context *context, int64_t backlog, const Error *problem, Error *error)
{
    const char *text = NULL;

    if (problem != NULL)
        text = problem->detail != NULL
                   ? arena_printf(context->arena, "%s: %s", problem->message, problem->detail)
                   : problem->message;
    return statement_do(context->control, error, "revert_note", "migration",
                        context->migration->id_text, "backlog", number(backlog).text, "problem",
                        text, NULL);
}

/* What a round over all pairs has met. */
typedef struct Round
{
    bool waits;      /* others are in the way: the next round tries again */
    int64_t backlog; /* of the pairs with … */
    Error problem;   /* … a row that does not fit */
} Round;

static bool
follow_pair(Context *context, const Pair *pair, Round *round, Error *error)
{
    int64_t backlog, applied = 0;
    Error failure = ERROR_INIT;

    if (!keys_count(context, pair, &backlog, error))
        return false;
    if (backlog == 0 || pending_apply(context, pair, &applied, &failure))
    {
        context->summary.keys_applied += applied;
        return true;
    }
    if (error_is_passing(&failure))
    {
        round->waits = true;
        if (failure.kind == ERROR_LOCK)
            context_say_waiting(context, WAITING_LOCK, "waiting for a lock on %s: %s", pair->live,
                                failure.message);
        error_clear(&failure);
        return true;
    }
    waiting_is_over(&context->waiting, WAITING_LOCK);
    explain_failure(context, &failure);
    if (failure.kind != ERROR_STATEMENT)
    {
        error_move(error, &failure);
        return false;
    }
    round->backlog += backlog;
    error_move(&round->problem, &failure);
    return true;
}

/* A row that does not fit is told once, and kept pending. */
static bool
conclude(Context *context, const Round *round, bool *blocked, Error *error)
{
    const Error *problem = &round->problem;

    if (problem->kind != ERROR_NONE)
    {
        if (!*blocked)
            log_warning_hint(problem->detail != NULL ? problem->detail : problem->message,
                             "A revert is not possible until this row is corrected or deleted; "
                             "nothing is lost until then.");
        *blocked = true;
        return note(context, round->backlog, problem, error);
    }
    if (round->waits)
        return true;
    if (*blocked)
        log_info("a revert is possible again");
    *blocked = false;
    return note(context, 0, NULL, error);
}

static bool
follow_round(Context *context, bool *blocked, Error *error)
{
    Round round = {.problem = ERROR_INIT};
    bool ok = true;

    for_each_pair (pair, context->migration)
        ok = ok && follow_pair(context, pair, &round, error);
    ok = ok && conclude(context, &round, blocked, error);
    error_clear(&round.problem);
    return ok;
}

/* A round that is held up is left out; the log stays small meanwhile. */
static bool
round_or_hold(Context *context, bool *blocked, bool *held, Error *error)
{
    Text words = {0};
    bool before = *held, ok = signals_look(context, ASKER_FOLLOW, &words, error);

    *held = words.length > 0;
    if (ok && (*held || before))
        ok = journal_note(context->control, context->migration, -1, words.data, NULL, error);
    text_clear(&words);
    if (ok && !*held)
        return follow_round(context, blocked, error);
    for_each_pair (pair, context->migration)
        ok = ok && keys_compact(context, pair, error);
    return ok;
}

bool
follow_run(Context *context, int64_t until, Error *error)
{
    int64_t pause = FOLLOW_PAUSE;
    bool blocked = false, held = false;

    while (clock_ms() < until)
    {
        char text[64];
        int64_t left, rest;

        if (!guard_look(context, context->control, error) ||
            !round_or_hold(context, &blocked, &held, error) || !rotation_tend(context, error))
            return false;
        snprintf(text, sizeof(text), "%s", blocked ? "a revert is not possible" : "in sync");
        progress_show("follow", context->summary.keys_applied, 0, "changes", text);
        if (!blocked)
            pause = FOLLOW_PAUSE;
        else if (pause < FOLLOW_PAUSE_LAST)
            pause *= 2;
        left = until - clock_ms();
        rest = pending_pause(context, pause);
        if (left > 0 && !loop_sleep(context->loop, left < rest ? left : rest))
            break;
    }
    progress_end();
    return true;
}
