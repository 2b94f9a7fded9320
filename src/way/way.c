/*
 * The table of phases, and how it is gone along.
 */
#include "way/way.h"

#include "base/clock.h"
#include "model/statement.h"
#include "phase/build.h"
#include "phase/capture.h"
#include "phase/copy.h"
#include "phase/index.h"
#include "phase/parity.h"
#include "phase/settle.h"
#include "swap/swap.h"
#include "tool/dual.h"
#include "tool/guard.h"
#include "tool/pending.h"
#include "tool/throttle.h"
#include "ui/progress.h"

typedef struct Stage
{
    Phase phase;       /* in which it is run */
    bool is_phase;     /* stoppable and paused before it begins, and its time is told */
    const char *title; /* what is being done, for people */

    /* before it begins, or NULL */
    bool (*patience)(Context *context, Error *error); /* how long it waits to read */
    bool (*guard)(Context *context, const Pair **lost, Error *error); /* what others did */

    /* one of both; for each pair on its own, by workers */
    bool (*run)(Context *context, Error *error);
    bool (*run_pair)(Context *context, const Pair *pair, Error *error);

    Phase next;          /* into which it is moved then; 0: it moves in a transaction of its own */
    const char *reached; /* where --pause-at waits then, or NULL */
} Stage;

static const Stage stages[] = {
    {.phase = PHASE_BUILD, .run = build_run},
    {.phase = PHASE_CAPTURE,
     .is_phase = true,
     .title = "installing the capture triggers",
     .run = capture_run,
     .reached = "capture-ready"},
    {.phase = PHASE_COPY,
     .is_phase = true,
     .title = "copying",
     .guard = guard_check,
     .run_pair = copy_run,
     .next = PHASE_INDEX,
     .reached = "copy-done"},
    {.phase = PHASE_INDEX,
     .is_phase = true,
     .title = "building indexes",
     .guard = guard_check,
     .run_pair = index_run,
     .next = PHASE_CATCHUP},
    {.phase = PHASE_CATCHUP,
     .is_phase = true,
     .title = "catching up",
     .guard = guard_check,
     .run = pending_catch_up,
     .next = PHASE_VERIFY},
    {.phase = PHASE_VERIFY,
     .is_phase = true,
     .title = "comparing",
     .guard = guard_check,
     .run = parity_run,
     .next = PHASE_READY},
    {.phase = PHASE_READY,
     .is_phase = true,
     .title = "swapping",
     .patience = swap_patience,
     .guard = guard_check,
     .run = swap_run},
    {.phase = PHASE_SWAPPED,
     .title = "validating and refreshing after the swap",
     .run = settle_run},
};

static const Stage *
stage_of(Phase phase)
{
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
        if (stages[i].phase == phase)
            return &stages[i];
    return NULL;
}

static Phase
phase_now(const Context *context)
{
    return context->migration != NULL ? context->migration->phase : PHASE_BUILD;
}

static bool
run_pairs(Context *context, const Stage *stage, Error *error)
{
    if (!context_open_pool(context, error))
        return false;
    for_each_pair (pair, context->migration)
        if (!stage->run_pair(context, pair, error))
            return false;
    progress_end();
    return true;
}

static bool
run_and_move(Context *context, const Stage *stage, Error *error)
{
    return (stage->run_pair != NULL ? run_pairs(context, stage, error)
                                    : stage->run(context, error)) &&
           (stage->next == PHASE_BUILD ||
            journal_move(context->control, context->migration, stage->next, error)) &&
           (stage->reached == NULL ||
            context_pause_at(context, context->control, stage->reached, error));
}

static bool
run_stage(Context *context, const Stage *stage, Error *error)
{
    int64_t started = clock_ms();
    bool ok;

    context->doing = stage->title;
    if (!stage->is_phase)
        return run_and_move(context, stage, error);
    context->waiting = (Waiting){0};
    ok = run_and_move(context, stage, error);
    progress_end();
    context->summary.phase_ms[stage->phase] += clock_ms() - started;
    return ok;
}

/* *lost is a pair whose rows may have been changed without capture, or NULL. */
static bool
may_begin(Context *context, const Stage *stage, const Pair **lost, Error *error)
{
    *lost = NULL;
    if (!stage->is_phase)
        return true;
    return context_may_go_on(context, error) &&
           throttle_wait(context, ASKER_PHASE, pending_meanwhile, NULL, error) &&
           (stage->patience == NULL || stage->patience(context, error)) &&
           (stage->guard == NULL || stage->guard(context, lost, error));
}

/* Whatever the outcome: the application writes both tables no longer than we have a use for it. */
static bool
leave(Context *context, bool ok, Error *error)
{
    Error failure = ERROR_INIT;

    if (context->migration != NULL && conn_is_open(context->control))
    {
        if (!ok)
            statement_rollback(context->control);
        ok = dual_end(context, ok ? error : &failure) && ok;
    }
    error_clear(&failure);
    return ok;
}

static bool
go_along(Context *context, Phase last, Error *error)
{
    Phase phase;

    while ((phase = phase_now(context)) <= last)
    {
        const Stage *stage = stage_of(phase);
        const Pair *lost;

        if (!may_begin(context, stage, &lost, error) ||
            !(lost == NULL ? run_stage(context, stage, error)
                           : capture_again(context, lost, error)))
            return false;
        if (phase == PHASE_SWAPPED)
            break;
    }
    return true;
}

bool
way_run(Context *context, Phase last, Error *error)
{
    return leave(context, go_along(context, last, error), error);
}

bool
way_back(Context *context, Error *error)
{
    return leave(context, swap_run(context, error), error);
}

bool
way_settle(Context *context, Error *error)
{
    return run_stage(context, stage_of(PHASE_SWAPPED), error);
}
