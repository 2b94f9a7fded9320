/*
 * Little by little: see the header for the rule.
 */
#include "swap/drain.h"

#include <inttypes.h>

#include "model/statement.h"
#include "tool/keys.h"
#include "tool/pending.h"
#include "tool/proof.h"

enum
{
    FIRST_MS = 15,   /* for the drain of the first attempt */
    EARLY_COUNT = 8, /* times to give way before the lock count as one under it */
    DOUBLED_MAX = 20 /* times; by then it is hours */
};

static int64_t
allowance(const Context *context, const Drain *drain)
{
    int64_t most = context->settings->max_lock_hold / 2;
    int doubled = drain->refusals + drain->early / EARLY_COUNT;
    int64_t now = (int64_t)FIRST_MS << (doubled < DOUBLED_MAX ? doubled : DOUBLED_MAX);

    return now < most ? now : most;
}

static bool
count_keys(Context *context, int64_t *keys, Error *error)
{
    int64_t backlog;

    *keys = 0;
    for_each_pair (pair, context->migration)
    {
        if (!keys_count(context, pair, &backlog, error))
            return false;
        *keys += backlog;
    }
    return true;
}

static bool
check_cost(const Context *context, const Drain *drain, int64_t keys, Error *error)
{
    int64_t ms = pending_cost(context, keys);

    return ms <= allowance(context, drain) ||
           error_set(error, ERROR_AGAIN,
                     "applying %" PRId64 " changes would take %" PRId64 " ms under the lock", keys,
                     ms);
}

bool
drain_ahead(Context *context, Error *error)
{
    for_each_pair (pair, context->migration)
    {
        int64_t applied;

        if (!pending_apply(context, pair, &applied, error))
            return false;
        context->summary.keys_applied += applied;
    }
    return true;
}

bool
drain_look(Context *context, bool *little, Error *error)
{
    int64_t keys;

    if (!count_keys(context, &keys, error))
        return false;
    *little = pending_cost(context, keys) <= FIRST_MS;
    return true;
}

bool
drain_check_small(Context *context, Drain *drain, Error *error)
{
    int64_t keys;

    if (!count_keys(context, &keys, error))
        return false;
    if (check_cost(context, drain, keys, error))
        return true;
    drain->early++;
    return false;
}

/* Few keys of a big table: by index, whatever the planner knows of our tables. */
static bool
drain_pair(Context *context, Drain *drain, const Pair *pair, Error *error)
{
    int64_t backlog, applied;

    if (!statement_do(context->control, error, "drain_plans", "others", "off", NULL) ||
        !parameters_use(&context->migration->parameters, context->control, error) ||
        !keys_apply(context, pair, &applied, error) ||
        !context_pause_at(context, context->control, "drain-applied", error) ||
        !proof_here(context, pair, applied, error) || !parameters_leave(context->control, error) ||
        !statement_do(context->control, error, "drain_plans", "others", "on", NULL) ||
        !keys_count(context, pair, &backlog, error))
        return false;
    drain->keys += applied;
    return backlog == 0 ||
           error_set(error, ERROR_FAULT, "the change log is not empty under the lock");
}

bool
drain_run(Context *context, Drain *drain, Error *error)
{
    int64_t keys;

    if (!count_keys(context, &keys, error))
        return false;
    if (!check_cost(context, drain, keys, error))
    {
        drain->refusals++;
        return false;
    }
    if (keys == 0)
        return true;
    for_each_pair (pair, context->migration)
        if (!drain_pair(context, drain, pair, error))
            return false;
    return true;
}
