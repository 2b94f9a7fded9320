/*
 * Small batches, since each keeps rows of live locked.
 */
#include "tool/alongside.h"

#include <string.h>

#include "model/pair.h"
#include "model/statement.h"
#include "tool/dual.h"
#include "tool/keys.h"

enum
{
    BATCHES = 20, /* in one call */
    TRIES = 3,    /* for rows that meet others, whose keys may have come to the log meanwhile */
};

static const char BATCH[] = "500"; /* keys */

static bool
meets_another(const Error *error)
{
    return error_is(error, "23505") || error_is(error, "23P01");
}

static bool
begin_batch(Context *context, const Pair *pair, Error *error)
{
    return pair_do(context->control, pair, error, "begin_dual", NULL) &&
           statement_do(context->control, error, "other_plans", "allowed", "off", NULL) &&
           parameters_use(&context->migration->parameters, context->control, error);
}

static bool
take_keys(Context *context, const Pair *pair, const char *limit, int64_t *taken, Error *error)
{
    const Result *result =
        pair_run(context->control, pair, error, "dual_take", "limit", limit, NULL);

    if (result == NULL)
        return false;
    *taken = result_affected(result);
    return true;
}

static bool
exchange_rows(Context *context, const Pair *pair, Error *error)
{
    Conn *conn = context->control;

    return pair_do(conn, pair, error, "dual_lock", NULL) &&
           context_pause_at(context, conn, "dual-locked", error) &&
           (pair_keeps(pair) ? pair_do(conn, pair, error, "dual_gone_keep", NULL)
                             : pair_do(conn, pair, error, "dual_gone", NULL)) &&
           context_pause_at(context, conn, "dual-gone", error) &&
           pair_do(conn, pair, error, "dual_put", NULL) &&
           (!pair_keeps(pair) || pair_do(conn, pair, error, "kept_clear", NULL)) &&
           pair_do(conn, pair, error, "dual_clear", NULL);
}

static bool
apply_batch(Context *context, const Pair *pair, const char *limit, int64_t *applied, Error *error)
{
    int64_t taken;

    if (begin_batch(context, pair, error) && take_keys(context, pair, limit, &taken, error) &&
        (taken == 0 || exchange_rows(context, pair, error)) &&
        statement_do(context->control, error, "commit", NULL))
    {
        *applied = taken;
        return true;
    }
    statement_rollback(context->control);
    return false;
}

/* A row may meet one whose key is in another batch, or has come to the log since: then all keys are
 * applied together. */
static bool
apply_some(Context *context, const Pair *pair, int64_t *applied, Error *error)
{
    if (apply_batch(context, pair, BATCH, applied, error))
        return true;
    for (int i = 0; i < TRIES && meets_another(error); i++)
    {
        error_clear(error);
        if (!keys_compact(context, pair, error))
            return false;
        if (apply_batch(context, pair, "ALL", applied, error))
            return true;
    }
    return false;
}

static bool
look_for_truncate(Context *context, const Pair *pair, bool *truncated, Error *error)
{
    const Result *result = pair_run(context->control, pair, error, "proof_count", NULL);

    if (result == NULL)
        return false;
    *truncated = result_get_bool(result, 0, "truncated");
    return true;
}

bool
alongside_apply(Context *context, const Pair *pair, int64_t *applied, bool *alone, Error *error)
{
    Error failure = ERROR_INIT;
    int64_t some = 1;
    bool ok = true;

    *applied = 0;
    if (!look_for_truncate(context, pair, alone, error))
        return false;
    if (*alone)
        return true;
    if (!keys_compact(context, pair, error))
        return false;
    for (int i = 0; ok && some > 0 && i < BATCHES; i++)
    {
        some = 0;
        ok = dual_keep(context, &failure) && apply_some(context, pair, &some, &failure);
        *applied += some;
    }
    *alone = !ok && failure.kind == ERROR_STATEMENT;
    if (!ok && !*alone && !error_is_passing(&failure))
    {
        error_move(error, &failure);
        return false;
    }
    error_clear(&failure);
    return true;
}
