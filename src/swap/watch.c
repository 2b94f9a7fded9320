/*
 * The watch is a pool of one connection whose jobs never end while it is open.
 */
#include "swap/watch.h"

#include "base/clock.h"
#include "model/statement.h"
#include "sql/template.h"
#include "ui/log.h"

enum
{
    SAMPLE_EVERY = 50 /* ms */
};

struct Watch
{
    Arena *arena;
    Pool *pool; /* NULL: there is no room for the connection */
    const char *sql;
    int64_t last; /* ms; of the last sample */
    bool closing;
    int64_t waiters;
    int64_t longest_ms;
};

static PoolNext
next_sample(void *context, Job *job, Error *error)
{
    Watch *watch = context;

    (void)error;
    if (watch->closing)
        return POOL_END;
    if (clock_ms() - watch->last < SAMPLE_EVERY)
        return POOL_LATER;
    watch->last = clock_ms();
    job->sql = watch->sql;
    return POOL_JOB;
}

/* A sample that fails is no reason to give up a swap. */
static bool
sample_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    Watch *watch = context;

    (void)job;
    (void)failure;
    (void)error;
    if (result == NULL)
        return true;
    if (result_get_int(result, 0, "waiters") > watch->waiters)
        watch->waiters = result_get_int(result, 0, "waiters");
    if (result_get_int(result, 0, "longest") > watch->longest_ms)
        watch->longest_ms = result_get_int(result, 0, "longest");
    return true;
}

/* A swap needs no watch: where there is no room for one more connection, this is the one to do
 * without. */
static bool
connect_watch(Context *context, Watch *watch, Error *error)
{
    Error failure = ERROR_INIT;

    watch->pool = pool_open(context->loop, context->control_params, "watch", 1, &failure);
    if (watch->pool != NULL)
        pool_start(watch->pool, next_sample, sample_done, watch);
    else if (failure.kind == ERROR_CONNECTION)
        log_note("who waits for the swap is not counted: %s%s%s", failure.message,
                 failure.detail != NULL ? ": " : "", failure.detail != NULL ? failure.detail : "");
    else
        error_move(error, &failure);
    error_clear(&failure);
    return error->kind == ERROR_NONE;
}

Watch *
watch_open(Context *context, Error *error)
{
    Arena *arena = arena_new();
    Watch *watch = arena_alloc(arena, sizeof(*watch));

    watch->arena = arena;
    watch->sql = template_render(arena, "waiters", error, "pid",
                                 number(conn_backend_pid(context->control)).text, NULL);
    if (watch->sql != NULL && connect_watch(context, watch, error))
        return watch;
    arena_free(arena);
    return NULL;
}

bool
watch_take(Watch *watch, int64_t *waiters, int64_t *longest_ms)
{
    *waiters = watch->waiters;
    *longest_ms = watch->longest_ms;
    watch->waiters = 0;
    watch->longest_ms = 0;
    return watch->pool != NULL;
}

void
watch_close(Watch *watch)
{
    Arena *arena = watch->arena;

    watch->closing = true;
    if (watch->pool != NULL)
        pool_cancel(watch->pool);
    pool_close(watch->pool);
    arena_free(arena);
}
