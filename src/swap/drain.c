/*
 * Little by little: see the header for the rule.
 */
#include "swap/drain.h"

#include <inttypes.h>

#include "model/statement.h"
#include "tool/keys.h"
#include "tool/pending.h"
#include "tool/proof.h"
#include "tool/rotation.h"

enum
{
    PROOFS = 8,      /* of what was written to both tables, until little of it is left */
    FIRST_MS = 15,   /* for the drain of the first attempt */
    EARLY_COUNT = 8, /* times to give way before the lock count as one under it */
    DOUBLED_MAX = 20 /* times; by then it is hours */
};

int
drain_failures(const Drain *drain)
{
    return drain->refusals + drain->early / EARLY_COUNT;
}

static int64_t
allowance(const Context *context, const Drain *drain)
{
    int64_t most = context->settings->max_lock_hold / 2;
    int doubled = drain_failures(drain);
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

/* The allowance is for what is to be done with so many keys. */
static bool
check_cost(const Context *context, const Drain *drain, const char *doing, int64_t keys, int64_t ms,
           Error *error)
{
    return ms <= allowance(context, drain) ||
           error_set(error, ERROR_AGAIN,
                     "%s %" PRId64 " changes would take %" PRId64 " ms under the lock", doing, keys,
                     ms);
}

static bool
count_written(Context *context, int64_t *written, Error *error)
{
    *written = 0;
    for_each_pair (pair, context->migration)
    {
        int64_t keys;

        if (!proof_count(context, pair, &keys, error))
            return false;
        *written += keys;
    }
    return true;
}

/* While both tables are written nothing is applied under the lock; but what was written is looked
 * at. */
static bool
check_written(Context *context, const Drain *drain, int64_t pending, Error *error)
{
    int64_t written;

    if (pending > 0)
        return error_set(error, ERROR_AGAIN,
                         "%" PRId64 " %s logged while the application wrote both tables", pending,
                         pending == 1 ? "change was" : "changes were");
    return count_written(context, &written, error) &&
           check_cost(context, drain, "comparing", written, proof_cost(context, written), error);
}

/* ERROR_AGAIN if there is more to do than this attempt may do under the lock; *pending is how much
 * is to be applied. */
static bool
check_small(Context *context, const Drain *drain, int64_t *pending, Error *error)
{
    if (!count_keys(context, pending, error))
        return false;
    return context->writes_both ? check_written(context, drain, *pending, error)
                                : check_cost(context, drain, "applying", *pending,
                                             pending_cost(context, *pending), error);
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
    return rotation_tend(context, error);
}

bool
drain_prove_ahead(Context *context, Error *error)
{
    int64_t written = 0;

    for (int round = 0; round < PROOFS; round++)
    {
        for_each_pair (pair, context->migration)
            if (!proof_run(context, pair, error))
                return false;
        if (!count_written(context, &written, error))
            return false;
        if (proof_cost(context, written) <= FIRST_MS / 3)
            break;
    }
    return true;
}

bool
drain_look(Context *context, bool *little, Error *error)
{
    int64_t keys;

    if (!count_keys(context, &keys, error))
        return false;
    *little = context->writes_both ? keys == 0 : pending_cost(context, keys) <= FIRST_MS;
    return true;
}

bool
drain_check_small(Context *context, Drain *drain, Error *error)
{
    int64_t keys;

    if (check_small(context, drain, &keys, error))
        return true;
    if (error->kind == ERROR_AGAIN)
        drain->early++;
    return false;
}

/* What is applied is looked at before it is believed; or else what capture wrote to both tables
 * since that was last looked at. */
static bool
settle_keys(Context *context, const Pair *pair, int64_t *applied, Error *error)
{
    int64_t written;

    if (context->writes_both)
        return proof_gather(context, pair, &written, error) &&
               (written == 0 || proof_here(context, pair, written, error));
    return keys_apply(context, pair, applied, error) &&
           context_pause_at(context, context->control, "drain-applied", error) &&
           proof_here(context, pair, *applied, error);
}

/* Few keys of a big table: by index, whatever the planner knows of our tables. */
static bool
drain_pair(Context *context, Drain *drain, const Pair *pair, Error *error)
{
    int64_t backlog, applied = 0;

    if (!statement_do(context->control, error, "other_plans", "allowed", "off", NULL) ||
        !parameters_use(&context->migration->parameters, context->control, error) ||
        !settle_keys(context, pair, &applied, error) ||
        !parameters_leave(context->control, error) ||
        !statement_do(context->control, error, "other_plans", "allowed", "on", NULL) ||
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

    if (!check_small(context, drain, &keys, error))
    {
        if (error->kind == ERROR_AGAIN)
            drain->refusals++;
        return false;
    }
    if (keys == 0 && !context->writes_both)
        return true;
    for_each_pair (pair, context->migration)
        if (!drain_pair(context, drain, pair, error))
            return false;
    return true;
}
