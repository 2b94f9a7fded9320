/*
 * Applying keys means: copy state, not operations.  Take the keys, delete their rows from standby,
 * insert what live holds for them in the same snapshot.
 */
#include "tool/keys.h"

#include "base/clock.h"
#include "model/pair.h"
#include "model/statement.h"

bool
keys_compact(Context *context, const Pair *pair, Error *error)
{
    return pair_do(context->control, pair, error, "compact", NULL);
}

bool
keys_count(Context *context, const Pair *pair, int64_t *backlog, Error *error)
{
    int64_t started = clock_us();
    const Result *result = pair_run(context->control, pair, error, "pending_count", NULL);

    if (result == NULL)
        return false;
    context->count_us = clock_us() - started;
    *backlog = result_get_int(result, 0, "backlog");
    /* a TRUNCATE empties standby: never left for later */
    if (result_get_bool(result, 0, "truncated") && *backlog <= context->settings->drain_keys)
        *backlog = context->settings->drain_keys + 1;
    return true;
}

/* Deletes the rows of pending keys; a TRUNCATE among them empties standby. */
static bool
delete_rows(Context *context, const Pair *pair, Error *error)
{
    const Result *result = pair_run(context->control, pair, error, "marker_take", NULL);

    if (result == NULL)
        return false;
    if (result_affected(result) > 0)
        return pair_do(context->control, pair, error, "standby_empty", NULL);
    return pair_keeps(pair) ? pair_do(context->control, pair, error, "pending_delete_keep", NULL)
                            : pair_do(context->control, pair, error, "pending_delete", NULL);
}

bool
keys_purge(Context *context, const Pair *pair, Error *error)
{
    return keys_compact(context, pair, error) && delete_rows(context, pair, error);
}

bool
keys_apply(Context *context, const Pair *pair, int64_t *applied, Error *error)
{
    Conn *conn = context->control;
    const Result *result;

    if (!keys_purge(context, pair, error) ||
        !context_pause_at(context, conn, "apply-read", error) ||
        !pair_do(conn, pair, error, "pending_insert", NULL))
        return false;
    if (pair_keeps(pair) && !pair_do(conn, pair, error, "kept_clear", NULL))
        return false;
    result = pair_run(conn, pair, error, "pending_clear", NULL);
    if (result == NULL)
        return false;
    *applied = result_affected_at(result, 1);
    return true;
}
