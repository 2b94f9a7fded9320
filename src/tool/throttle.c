/*
 * Waits.
 */
#include "tool/throttle.h"

#include "base/clock.h"

enum
{
    LOOK_EVERY = 500 /* ms */
};

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

/* Until nothing holds it up; *ever if it did not go on at once. */
static bool
wait_for_signals(Context *context, Asker asker, ThrottleMeanwhile meanwhile, Text *held, bool *ever,
                 Error *error)
{
    for (;;)
    {
        if (!signals_look(context, asker, held, error))
            return false;
        if (held->length == 0)
            return true;
        *ever = true;
        if (!journal_note(context->control, context->migration, -1, text_cstr(held), NULL, error) ||
            !meanwhile(context, error) || !context_may_go_on(context, error))
            return false;
        loop_sleep(context->loop, LOOK_EVERY);
    }
}

bool
throttle_wait(Context *context, Asker asker, ThrottleMeanwhile meanwhile, int64_t *waited,
              Error *error)
{
    int64_t started = clock_ms();
    Text held = {0};
    bool ever = false, ok = wait_for_signals(context, asker, meanwhile, &held, &ever, error);

    text_clear(&held);
    if (waited != NULL)
        *waited = ever ? clock_ms() - started : 0;
    return ok &&
           (!ever || journal_note(context->control, context->migration, -1, NULL, NULL, error));
}
