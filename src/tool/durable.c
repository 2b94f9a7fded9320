/*
 * One commit that waits for what ours did not wait for, on a connection of its own, so that signals
 * and the deadline count meanwhile.
 */
#include "tool/durable.h"

#include "base/clock.h"
#include "model/statement.h"
#include "sql/template.h"

enum
{
    LOOK_EVERY = 500, /* ms */
    SAY_AFTER = 2000  /* ms; a standby server that works answers sooner */
};

static bool
give_up_standby_wait(Pool *pool, ErrorKind kind, const char *message, Error *error)
{
    pool_cancel(pool);
    error_set(error, kind, "%s", message);
    error_detail(error, "The work is done and committed on this server; a failover could lose it.");
    return error_hint(error, "Look at synchronous_standby_names and pg_stat_replication; the same "
                             "command can be run again.");
}

static bool
wait_for(Context *context, Pool *pool, Error *error)
{
    int64_t started = clock_ms();

    while (!pool_wait(pool, LOOK_EVERY))
    {
        if (clock_ms() - started > SAY_AFTER)
            context_say_waiting(context, WAITING_STANDBY,
                                "waiting for a synchronous standby server to confirm "
                                "what was committed");
        if (loop_is_stopping(context->loop))
            return give_up_standby_wait(
                pool, ERROR_STOPPED,
                "stopped on request before a synchronous standby server confirmed", error);
        if (clock_ms() - started > context->settings->swap_deadline)
            return give_up_standby_wait(
                pool, ERROR_LIMIT, "no synchronous standby server confirmed within --swap-deadline",
                error);
    }
    waiting_is_over(&context->waiting, WAITING_STANDBY);
    return pool_finish(pool, error);
}

bool
durable_wait(Context *context, Error *error)
{
    const Result *result = statement_run(context->control, error, "durable_state", NULL);
    Job commit = {0};
    Pool *pool;
    bool ok;

    if (result == NULL || !result_get_bool(result, 0, "waits"))
        return result != NULL;
    commit.sql = template_render(context->arena, "durable_commit", error, NULL);
    if (commit.sql == NULL)
        return false;
    pool = pool_open(context->loop, context->control_params, "durable", 1, error);
    if (pool == NULL)
        return false;
    pool_start_one(pool, &commit);
    ok = wait_for(context, pool, error);
    pool_close(pool);
    return ok;
}
