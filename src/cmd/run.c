/*
 * run: everything up to and including the swap.  It begins a migration or continues one, from any
 * machine; a lost connection is made again and the state says where to go on.
 */
#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/decide.h"
#include "cmd/report.h"
#include "model/home.h"
#include "model/statement.h"
#include "tool/dual.h"
#include "tool/explain.h"
#include "tool/guard.h"
#include "tool/pending.h"
#include "ui/log.h"
#include "way/way.h"

enum
{
    HOLD_PAUSE = 500 /* ms between looks at the flag */
};

static bool
begin(Session *session, const Plan *plan, Error *error)
{
    Context *context = &session->context;
    const Order order = {&plan->table, &plan->spec, &plan->parameters};
    bool ok;

    for (int i = 0; i < plan->shape.warnings.count; i++)
        log_note("%s", plan->shape.warnings.items[i]);
    session->has_begun = true;
    context->order = &order;
    ok =
        home_make(context->control, plan->table.oid, error) && way_run(context, PHASE_BUILD, error);
    context->order = NULL;
    return ok;
}

/* A transaction of an earlier run that is still in doubt ends before the lease can be taken. */
static bool
take_over(Context *context, Error *error)
{
    return journal_take_lease(context->control, context->migration, error) &&
           statement_do(context->control, error, "stray_workers", "migration",
                        context->migration->id_text, NULL) &&
           journal_reload(context->control, context->arena, context->migration, error);
}

static bool
find_or_begin(Session *session, Error *error)
{
    Context *context = &session->context;
    Decision decision;

    if (!decide_run(session, true, &decision, error))
        return false;
    if (!decision.continues)
        return begin(session, &decision.plan, error) && take_over(context, error);
    return take_over(context, error) && guard_tables(context, error);
}

/* Stays in sync until somebody says "swap". */
static bool
wait_for_swap(Context *context, Error *error)
{
    bool holding = true;

    while (holding)
    {
        const Result *result = NULL;

        if (!pending_catch_up(context, error) || !context_may_go_on(context, error))
            return false;
        result = statement_run(context->control, error, "flags_read", "migration",
                               context->migration->id_text, NULL);
        if (result == NULL)
            return false;
        holding = result_get_bool(result, 0, "hold");
        if (holding)
            loop_sleep(context->loop, pending_pause(context, HOLD_PAUSE));
    }
    return true;
}

static bool
hold(Session *session, Error *error)
{
    Context *context = &session->context;
    bool ok;

    if (context->migration->phase != PHASE_READY)
        return true;
    if (!statement_do(context->control, error, "flags_set", "paused", "NULL", "hold", "true",
                      "host", NULL, "migration", context->migration->id_text, NULL))
        return false;
    log_info("%s is ready; it waits for \"pgswap swap\"", context->migration->label);
    context->held_at = clock_ms();
    ok = (context->settings->dual_write != DUAL_WRITE_ALWAYS || dual_begin(context, error)) &&
         wait_for_swap(context, error);
    context->held_at = 0;
    return ok;
}

static bool
run_once(Session *session, Error *error)
{
    Phase last = session->options->until_ready ? PHASE_VERIFY : PHASE_SWAPPED;
    Context *context = &session->context;

    if (!find_or_begin(session, error) || !session_name_workers(session, error))
        return false;
    if ((!session->options->hold ||
         (way_run(context, PHASE_VERIFY, error) && hold(session, error))) &&
        way_run(context, last, error))
        return true;
    if (conn_is_open(context->control))
    {
        Error ignored = ERROR_INIT;

        statement_rollback(context->control);
        explain_failure(context, error);
        context_explain_stop(context, error);
        (void)!journal_note(context->control, context->migration, -1, NULL, error->message,
                            &ignored);
        error_clear(&ignored);
    }
    return false;
}

bool
run_command(Session *session, Error *error)
{
    if (!session_retry(session, run_once, error))
        return false;
    report_summary(session);
    return session->options->follow == 0 || session->context.migration->phase != PHASE_SWAPPED ||
           session->context.migration->no_way_back != NULL || follow_command(session, error);
}
