/*
 * Looks at the flag, and waits.
 */

#include "tool/pause.h"

#include "base/clock.h"
#include "base/text.h"
#include "tool/guard.h"
#include "tool/pending.h"
#include "ui/progress.h"

enum
{
    LOOK_EVERY = 500 /* ms */
};

bool
pause_refuse(Context *context, Error *error)
{
    const Migration *migration = context->migration;
    const char *pause;

    if (!journal_pause(context->control, migration, &pause, error))
        return false;
    if (pause == NULL)
        return true;
    error_set(error, ERROR_PAUSED, "the migration of %s is paused", migration->label);
    if (*pause != '\0')
        error_detail(error, "It has been paused %s.", pause);
    return error_hint(error, "\"pgswap continue\" continues it%s.",
                      migration->phase < PHASE_SWAPPED ? ", \"pgswap abort\" gives it up" : "");
}

/* What has come into the log meanwhile is compacted; a migration that is ready stays in sync.  A
 * lock of somebody's is no reason to give up. */
static bool
look_after_paused(Context *context, Error *error)
{
    const Migration *migration = context->migration;
    Error failure = ERROR_INIT;
    bool ok = true;

    if (migration->phase == PHASE_READY)
        ok = pending_catch_up(context, &failure);
    else if (migration->phase < PHASE_READY && migration->phase > PHASE_CAPTURE)
        ok = guard_look(context, context->control, &failure);
    if (migration->phase != PHASE_READY && migration->phase > PHASE_CAPTURE &&
        migration->no_way_back == NULL)
        for_each_pair (pair, migration)
            ok = ok && (!pair->has_mapping || pending_compact(context, pair, &failure));
    ok = ok || failure.kind == ERROR_LOCK;
    if (!ok)
        error_move(error, &failure);
    error_clear(&failure);
    return ok;
}

void
pause_say(Context *context, const char *pause, Text *waiting_for)
{
    text_printf(waiting_for, "\"pgswap continue\" (paused %s)", pause);
    context_say_waiting(context, WAITING_OPERATOR,
                        "%s is paused %s; \"pgswap continue\" continues it",
                        context->migration->label, pause);
}

/* *paused, and if so the state and the log say what is waited for. */
static bool
look(Context *context, bool *paused, Error *error)
{
    const char *pause;
    Text text = {0};
    bool ok = journal_pause(context->control, context->migration, &pause, error);

    *paused = ok && pause != NULL;
    if (!*paused)
        return ok;
    pause_say(context, pause, &text);
    ok = journal_note(context->control, context->migration, -1, text_cstr(&text), NULL, error);
    text_clear(&text);
    return ok;
}

bool
pause_wait(Context *context, int64_t *waited, Error *error)
{
    int64_t started = clock_ms();
    bool paused = !context->ignores_pause, ever = false;

    if (waited != NULL)
        *waited = 0;
    while (paused)
    {
        if (!look(context, &paused, error))
            return false;
        if (!paused)
            break;
        ever = true;
        progress_held("paused");
        if (!look_after_paused(context, error) || !context_may_go_on(context, error))
            return false;
        loop_sleep(context->loop, LOOK_EVERY);
    }
    if (!ever)
        return true;
    progress_held(NULL);
    waiting_is_over(&context->waiting, WAITING_OPERATOR);
    if (waited != NULL)
        *waited = clock_ms() - started;
    return journal_note(context->control, context->migration, -1, NULL, NULL, error);
}
