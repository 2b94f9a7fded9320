/*
 * swap: the swap of what is ready, by this run or by the one that holds it.
 */
#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/control.h"
#include "cmd/report.h"
#include "tool/signals.h"
#include "ui/log.h"
#include "way/way.h"

enum
{
    RELEASE_PAUSE = 500 /* ms between looks at what the other one has done */
};

static bool swap_once(Session *session, Error *error);

/* Until the other one has swapped; where it ended without that, the swap is ours to make. */
static bool
wait_for_release(Session *session, Error *error)
{
    Context *context = &session->context;
    bool locked = false;

    while (context->migration->phase != PHASE_SWAPPED && !locked)
    {
        loop_sleep(context->loop, RELEASE_PAUSE);
        if (!context_may_go_on(context, error) ||
            !journal_reload(context->control, context->arena, context->migration, error) ||
            !target_try(context->control, &session->target, &locked, error))
            return false;
    }
    if (locked && context->migration->phase != PHASE_SWAPPED)
        return swap_once(session, error);
    log_info("%s is swapped", context->migration->label);
    return true;
}

/* Another pgswap holds the migration, ready to swap: it is told to go on. */
static bool
release(Session *session, Error *error)
{
    Error busy = ERROR_INIT;
    const Migration *migration;

    if (error->kind != ERROR_BUSY)
        return false;
    error_move(&busy, error);
    if (!control_find(session, error) || !session_may_begin(session, error))
    {
        error_clear(&busy);
        return false;
    }
    migration = session->context.migration;
    if (!migration->hold)
    {
        error_move(error, &busy);
        return false;
    }
    error_clear(&busy);
    if (!control_set(session, "NULL", "false", error))
        return false;
    log_info("%s is released to be swapped", migration->label);
    return session->options->no_wait || wait_for_release(session, error);
}

static bool
swap_once(Session *session, Error *error)
{
    Context *context = &session->context;

    if (!session_take_migration(session, error))
        return session->context.summary.swap_attempts == 0 && release(session, error);
    if (!session_may_begin(session, error) || !signals_check(context, error))
        return false;
    if (context->migration->phase < PHASE_READY)
    {
        error_set(error, ERROR_REFUSED, "table %s is not ready to be swapped",
                  context->migration->label);
        error_detail(error, "It is in phase %s.", phase_name(context->migration->phase));
        return error_hint(error, "\"pgswap run\" brings it there.");
    }
    return way_run(context, PHASE_SWAPPED, error);
}

bool
swap_command(Session *session, Error *error)
{
    if (!session_retry(session, swap_once, error))
        return false;
    if (session->context.migration->epoch[0] != '0')
        report_summary(session);
    return true;
}
