/*
 * Looks at the signals, and waits.
 */
#include "tool/throttle.h"

#include "base/clock.h"
#include "model/statement.h"
#include "tool/guard.h"
#include "tool/keys.h"
#include "tool/pending.h"
#include "ui/progress.h"

enum
{
    LOOK_EVERY = 500 /* ms */
};

/* Looks at one thing: *held stays empty, or gets what is waited for, and *said how people are told.
 */
typedef bool (*SignalLook)(Context *context, Text *held, Text *said, Error *error);

typedef struct Signal
{
    unsigned bit;
    WaitingKind kind;
    SignalLook look;
    const char *in_progress;
} Signal;

static bool
look_at_pause(Context *context, Text *held, Text *said, Error *error)
{
    const char *pause;

    if (context->ignores_pause)
        return true;
    if (!journal_pause(context->control, context->migration, &pause, error))
        return false;
    if (pause == NULL)
        return true;
    text_printf(held, "\"pgswap continue\" (paused %s)", pause);
    text_printf(said, "%s is paused %s; \"pgswap continue\" continues it",
                context->migration->label, pause);
    return true;
}

static bool
look_at_lag(Context *context, Text *held, Text *said, Error *error)
{
    const Result *result = statement_run(context->control, error, "lag", NULL);

    if (result == NULL)
        return false;
    if (result_get_int(result, 0, "lag") <= context->settings->max_lag)
        return true;
    text_append(held, "a replica that lags behind");
    text_printf(said, "waiting for %s", text_cstr(held));
    return true;
}

static const Signal table[] = {
    {THROTTLE_PAUSE, WAITING_OPERATOR, look_at_pause, "paused"},
    {THROTTLE_LAG, WAITING_REPLICA, look_at_lag, "waiting for a replica"},
};

/* One signal; true unless the look failed. */
static bool
look_at(Context *context, const Signal *signal, Text *held, Error *error)
{
    Text said = {0};
    bool ok = signal->look(context, held, &said, error);

    if (held->length > 0)
        context_say_waiting(context, signal->kind, "%s", text_cstr(&said));
    else
        waiting_is_over(&context->waiting, signal->kind);
    text_clear(&said);
    return ok;
}

bool
throttle_look(Context *context, unsigned signals, Text *held, Error *error)
{
    const char *in_progress = NULL;

    text_reset(held);
    for (size_t i = 0; held->length == 0 && i < sizeof(table) / sizeof(table[0]); i++)
    {
        if ((table[i].bit & signals) == 0)
            continue;
        if (!look_at(context, &table[i], held, error))
            return false;
        if (held->length > 0)
            in_progress = table[i].in_progress;
    }
    progress_stalled(in_progress);
    return true;
}

bool
throttle_refuse(Context *context, Error *error)
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
            ok = ok && (!pair->has_mapping || keys_compact(context, pair, &failure));
    ok = ok || error_is_passing(&failure);
    if (!ok)
        error_move(error, &failure);
    error_clear(&failure);
    return ok;
}

/* Until it goes on; *ever if it did not at once. */
static bool
wait_for_operator(Context *context, Text *held, bool *ever, Error *error)
{
    for (;;)
    {
        if (!throttle_look(context, THROTTLE_PAUSE, held, error))
            return false;
        if (held->length == 0)
            return true;
        *ever = true;
        if (!journal_note(context->control, context->migration, -1, text_cstr(held), NULL, error) ||
            !look_after_paused(context, error) || !context_may_go_on(context, error))
            return false;
        loop_sleep(context->loop, LOOK_EVERY);
    }
}

bool
throttle_wait(Context *context, int64_t *waited, Error *error)
{
    int64_t started = clock_ms();
    Text held = {0};
    bool ever = false, ok = wait_for_operator(context, &held, &ever, error);

    text_clear(&held);
    if (waited != NULL)
        *waited = ever ? clock_ms() - started : 0;
    return ok &&
           (!ever || journal_note(context->control, context->migration, -1, NULL, NULL, error));
}
