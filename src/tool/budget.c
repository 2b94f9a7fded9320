/*
 * Sets the deadline of the control connection.
 */
#include "tool/budget.h"

#include "base/clock.h"

void
budget_begin(Context *context)
{
    context->strong_since = clock_ms();
}

bool
budget_ask(Context *context, Error *error)
{
    const Settings *settings = context->settings;

    context->strong_since = clock_ms();
    conn_set_deadline(context->control, settings->lock_timeout + settings->max_lock_hold);
    return context_set_patience(context, settings->lock_timeout, error);
}

void
budget_hold(Context *context)
{
    conn_set_deadline(context->control, context->settings->max_lock_hold);
}

bool
budget_is_over(const Error *error)
{
    return error->kind == ERROR_LIMIT && error_is(error, "57014");
}

int64_t
budget_end(Context *context)
{
    conn_set_deadline(context->control, 0);
    return clock_ms() - context->strong_since;
}
