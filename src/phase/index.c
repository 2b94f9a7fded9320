/*
 * Index: the rows of pending keys are purged, then standby gets its key, indexes and constraints,
 * the indexes in parallel; then a visibility map and statistics.
 */
#include "phase/index.h"

#include <inttypes.h>
#include <stdlib.h>

#include "model/heap.h"
#include "model/pair.h"
#include "model/statement.h"
#include "sql/template.h"
#include "tool/baddata.h"
#include "tool/diskfull.h"
#include "tool/guard.h"
#include "tool/keys.h"
#include "tool/rotation.h"
#include "tool/signals.h"
#include "ui/progress.h"

enum
{
    LOOK_EVERY = 500 /* ms */
};

typedef struct Objects
{
    Context *context;
    const Pair *pair;
    int count;
    char **ordinals;
    char **names;
    char **statements;
    int next;
    int done;
    bool throttled;     /* no build is begun */
    const char *note;   /* what is done besides them, for the progress */
    const char *failed; /* name of the index that could not be built */
} Objects;

/* An index under way; it owns its SQL. */
typedef struct Build
{
    Arena *arena;
    const char *name;
} Build;

static bool
read_pending_objects(Objects *objects, const char *kind, Error *error)
{
    const Pair *pair = objects->pair;
    Arena *arena = objects->context->arena;
    const Result *result =
        pair_run(objects->context->control, pair, error, "object_read", "kind", kind, NULL);
    size_t size;

    if (result == NULL)
        return false;
    objects->count = result_rows(result);
    size = sizeof(char *) * (size_t)(objects->count + 1);
    objects->ordinals = arena_alloc(arena, size);
    objects->names = arena_alloc(arena, size);
    objects->statements = arena_alloc(arena, size);
    for (int i = 0; i < objects->count; i++)
    {
        objects->ordinals[i] = arena_strdup(arena, result_get(result, i, "ordinal"));
        objects->names[i] = arena_strdup(arena, result_get(result, i, "name"));
        objects->statements[i] = arena_strdup(arena, result_get(result, i, "statement"));
    }
    return true;
}

static const char *
make_sql(Objects *objects, Arena *arena, int i, Error *error)
{
    const Pair *pair = objects->pair;

    return pair_render(arena, pair, error, "object_make", "parameters",
                       pair->migration->parameters.local, "lock_timeout", "10min", "statement",
                       objects->statements[i], "ordinal", objects->ordinals[i], NULL);
}

static PoolNext
next_index(void *context, Job *job, Error *error)
{
    Objects *objects = context;
    Build *build;

    if (objects->next == objects->count || loop_is_stopping(objects->context->loop))
        return POOL_END;
    if (objects->throttled)
        return POOL_LATER;
    build = calloc(1, sizeof(*build));
    if (build == NULL)
        abort();
    build->arena = arena_new();
    build->name = objects->names[objects->next];
    job->data = build;
    job->sql = make_sql(objects, build->arena, objects->next++, error);
    if (job->sql != NULL)
        return POOL_JOB;
    arena_free(build->arena);
    free(build);
    return POOL_END;
}

static bool
index_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    Objects *objects = context;
    Build *build = job->data;

    if (result == NULL)
    {
        if (error->kind == ERROR_NONE)
            objects->failed = build->name;
        error_context(failure, "building index \"%s\"", build->name);
        error_move(error, failure);
    }
    arena_free(build->arena);
    free(build);
    objects->done++;
    return result != NULL;
}

static bool
look_after_builds(Objects *objects, Error *error)
{
    Text held = {0};
    int64_t backlog;
    Context *context = objects->context;
    bool ok;

    progress_show("index", objects->done, objects->count, "indexes", objects->note);
    ok = guard_look(context, context->control, error) && rotation_tend(context, error) &&
         keys_compact(context, objects->pair, error) &&
         keys_count(context, objects->pair, &backlog, error) &&
         signals_look(context, ASKER_INDEX, &held, error) &&
         journal_note(context->control, context->migration, backlog, held.data, NULL, error);
    objects->throttled = held.length > 0;
    text_clear(&held);
    return ok;
}

/* Until the workers are through the rest is looked after. */
static bool
wait_for_workers(Objects *objects, Error *error)
{
    Pool *pool = objects->context->pool;

    while (!pool_wait(pool, LOOK_EVERY))
        if (!look_after_builds(objects, error))
        {
            pool_cancel(pool);
            return false;
        }
    return pool_finish(pool, error);
}

static bool
build_indexes(Objects *objects, Error *error)
{
    Context *context = objects->context;

    if (!read_pending_objects(objects, "index", error) || objects->count == 0)
        return objects->statements != NULL;
    if (!look_after_builds(objects, error)) /* the first build, too, has to wait */
        return false;
    pool_start(context->pool, next_index, index_done, objects);
    if (wait_for_workers(objects, error))
        return context_may_go_on(context, error);
    if (objects->failed != NULL && error_is(error, "23505"))
        baddata_in_index(context, objects->pair, objects->failed, error);
    return false;
}

static bool
make_one_by_one(Objects *objects, const char *kind, Error *error)
{
    if (!read_pending_objects(objects, kind, error))
        return false;
    for (int i = 0; i < objects->count; i++)
    {
        Job job = {.sql = make_sql(objects, objects->context->arena, i, error)};

        if (job.sql == NULL || !context_may_go_on(objects->context, error))
            return false;
        pool_start_one(objects->context->pool, &job);
        if (!wait_for_workers(objects, error))
            return error->kind != ERROR_CHANGED &&
                   error_context(error, "creating %s \"%s\"", kind, objects->names[i]);
    }
    return true;
}

static bool
purge(Context *context, const Pair *pair, Error *error)
{
    if (context_begin_snapshot(context, pair, error) && keys_purge(context, pair, error) &&
        pair_do(context->control, pair, error, "lease_check", NULL) &&
        statement_do(context->control, error, "commit", NULL))
        return true;
    statement_rollback(context->control);
    return false;
}

/* The heaps of standby that are not vacuumed yet. */
typedef struct Vacuums
{
    Arena *arena;
    Heaps heaps;
    int next;
} Vacuums;

static PoolNext
next_vacuum(void *context, Job *job, Error *error)
{
    Vacuums *vacuums = context;

    if (vacuums->next == vacuums->heaps.count)
        return POOL_END;
    job->alone = true;
    job->sql = template_render(vacuums->arena, "vacuum_analyze", error, "heap",
                               vacuums->heaps.items[vacuums->next++].relation, NULL);
    return job->sql != NULL ? POOL_JOB : POOL_END;
}

static bool
vacuum_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    (void)context;
    (void)job;
    error_move(error, failure);
    return result != NULL;
}

/* It waits for an autovacuum as long as that takes. */
static bool
vacuum_standby(Objects *objects, Error *error)
{
    Arena *arena = objects->context->arena;
    Pool *pool = objects->context->pool;
    Vacuums vacuums = {.arena = arena};
    const char *patient = template_render(arena, "lock_timeout", error, "lock_timeout", "0", NULL);
    const char *before = template_render(arena, "lock_timeout", error, "lock_timeout",
                                         number(READ_PATIENCE).text, NULL);

    if (patient == NULL || before == NULL || !pool_each(pool, patient, error) ||
        !heaps_read(objects->context->control, arena, objects->pair->standby_oid, &vacuums.heaps,
                    error))
        return false;
    objects->note = "vacuum and analyze";
    pool_start(pool, next_vacuum, vacuum_done, &vacuums);
    return wait_for_workers(objects, error) && pool_each(pool, before, error);
}

static bool
index_pair(Context *context, const Pair *pair, Error *error)
{
    Objects objects = {.context = context, .pair = pair};

    progress_show("index", 0, 0, "indexes", "removing rows that changed meanwhile");
    if (!purge(context, pair, error) || !build_indexes(&objects, error) ||
        !make_one_by_one(&objects, "constraint", error) ||
        !make_one_by_one(&objects, "setting", error))
        return false;
    return diskfull_give_up_reserve(context, pair, error) && vacuum_standby(&objects, error);
}

bool
index_run(Context *context, const Pair *pair, Error *error)
{
    return index_pair(context, pair, error) ||
           (error->kind != ERROR_CHANGED && error_context(error, "table %s", pair->live));
}
