/*
 * Parity: live (through the mapping) and standby hold the same rows, pending keys aside.
 *
 * Both sides are read in one snapshot, shared by all connections, by ranges of heap blocks: sums of
 * digests do not depend on order, so each side is read in its own physical order.  The snapshot is
 * younger than our locks on both tables: no TRUNCATE and no rewrite can empty what it holds.
 */
#include "phase/parity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/heap.h"
#include "model/pair.h"
#include "model/statement.h"
#include "sql/template.h"
#include "tool/apart.h"
#include "tool/compare.h"
#include "tool/guard.h"
#include "tool/pace.h"
#include "tool/pending.h"
#include "tool/signals.h"
#include "ui/progress.h"

enum
{
    BUCKETS = 65536,
    RANGE_BLOCKS = 8192, /* 64 MB */
};

typedef struct Parity
{
    Context *context;
    const Pair *pair;
    Heaps heaps[2];     /* of each side */
    HeapRanges left[2]; /* not handed out yet */
    Arena *arena;
    char *marks; /* of rows of live, before the pass; see guard_row_marks() */
    int64_t blocks_done;
    bool throttled; /* a signal holds it up */
    Pace pace;
    Compare *compare;
} Parity;

/* A range under way. */
typedef struct Reading
{
    CompareReader reader;
    int64_t blocks;
    Arena *arena;
} Reading;

static const char *
range_sql(const Parity *parity, const Reading *reading, const HeapRange *range, Error *error)
{
    const Pair *p = parity->pair;
    Arena *a = reading->arena;
    const char *heap = range->heap->relation;
    const char *first = heap_address(a, range->first, 0), *end = heap_address(a, range->end, 0);
    const char *fields = compare_fields(parity->compare, a, reading->reader.side);

    if (reading->reader.side == PARITY_LIVE)
        return pair_render(a, p, error, "parity_live", "fields", fields, "heap", heap, "first_tid",
                           first, "end_tid", end, NULL);
    return pair_render(a, p, error, "parity_standby", "fields", fields, "heap", heap, "first_tid",
                       first, "end_tid", end, NULL);
}

static bool
reading_free(Reading *reading, Error *error)
{
    bool whole = compare_reader_end(&reading->reader, error);

    arena_free(reading->arena);
    free(reading);
    return whole;
}

static PoolNext
next_range(void *context, Job *job, Error *error)
{
    Parity *parity = context;
    ParitySide side = heap_is_cut(&parity->left[PARITY_LIVE]) ? PARITY_STANDBY : PARITY_LIVE;
    HeapRange range;
    Reading *reading;

    if (loop_is_stopping(parity->context->loop) || heap_is_cut(&parity->left[side]))
        return POOL_END;
    if (parity->throttled || !pace_may_begin(&parity->pace, clock_us()))
        return POOL_LATER;
    (void)heap_cut(&parity->left[side], RANGE_BLOCKS, &range);
    reading = calloc(1, sizeof(*reading));
    if (reading == NULL)
        abort();
    *reading = (Reading){.blocks = range.end - range.first, .arena = arena_new()};
    compare_reader_init(&reading->reader, parity->compare, side);
    job->sql = range_sql(parity, reading, &range, error);
    job->sink = compare_sink;
    job->data = reading;
    if (job->sql != NULL)
        return POOL_JOB;
    (void)!reading_free(reading, error);
    return POOL_END;
}

static bool
range_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    Parity *parity = context;
    Reading *reading = job->data;

    if (result == NULL)
        error_move(error, failure);
    parity->blocks_done += reading->blocks;
    pace_ended(&parity->pace, job->elapsed, clock_us());
    return reading_free(reading, error) && result != NULL;
}

static bool
look_after_ranges(Parity *parity, Error *error)
{
    Context *context = parity->context;
    int64_t total =
        heaps_blocks(&parity->heaps[PARITY_LIVE]) + heaps_blocks(&parity->heaps[PARITY_STANDBY]);
    Text held = {0};
    bool ok =
        guard_look_aside(context, error) && signals_look(context, ASKER_COMPARE, &held, error);

    if (ok && context->look.conn != NULL && (held.length > 0 || parity->throttled))
        ok = journal_note(context->look.conn, context->migration, -1, held.data, NULL, error);
    parity->throttled = held.length > 0;
    text_clear(&held);
    progress_show("verify", parity->blocks_done, total, "blocks",
                  parity->compare->narrowing ? "finding the keys" : NULL);
    return ok;
}

static bool
read_all(void *data, Error *error)
{
    Parity *parity = data;
    Context *context = parity->context;

    for (int side = 0; side < 2; side++)
        parity->left[side] = heaps_whole(parity->arena, &parity->heaps[side]);
    parity->blocks_done = 0;
    pace_init(&parity->pace, context->settings->nice, context->settings->jobs);
    if (!look_after_ranges(parity, error)) /* the first range, too, has to wait */
        return false;
    pool_start(context->pool, next_range, range_done, parity);
    while (!pool_wait(context->pool, 500))
        if (!look_after_ranges(parity, error))
        {
            pool_cancel(context->pool);
            return false;
        }
    return pool_finish(context->pool, error) && context_may_go_on(context, error);
}

static bool
read_both_heaps(Parity *parity, Error *error)
{
    Conn *conn = parity->context->control;
    const Pair *pair = parity->pair;
    Arena *arena = parity->arena;

    return heaps_read(conn, arena, pair->live_oid, &parity->heaps[PARITY_LIVE], error) &&
           heaps_read(conn, arena, pair->standby_oid, &parity->heaps[PARITY_STANDBY], error);
}

static bool
join_snapshot(Parity *parity, Error *error)
{
    Context *context = parity->context;
    const Pair *pair = parity->pair;
    const Result *result = NULL;
    const char *sql = NULL;
    bool known;

    if (guard_row_marks(context, pair, parity->arena, &parity->marks, &known, error))
        result = pair_run(context->control, pair, error, "parity_begin", NULL);
    if (result != NULL && result_get_bool(result, 0, "truncated"))
    {
        error_set(error, ERROR_AGAIN, "the table was truncated meanwhile");
        result = NULL;
    }
    if (result != NULL)
        sql = pair_render(parity->arena, pair, error, "parity_join", "snapshot",
                          result_get(result, 0, "snapshot"), NULL);
    return sql != NULL && read_both_heaps(parity, error) && pool_each(context->pool, sql, error) &&
           context_pause_at(context, context->control, "parity-begun", error);
}

static bool
leave_snapshot(Context *context, Error *error)
{
    Arena *arena = arena_new();
    Error ignored = ERROR_INIT;
    const char *sql = template_render(arena, "rollback", &ignored, NULL);
    bool ok = sql != NULL && pool_each(context->pool, sql, error);

    statement_rollback(context->control);
    error_clear(&ignored);
    arena_free(arena);
    return ok;
}

static bool
record(Parity *parity, Error *error)
{
    Context *context = parity->context;
    const Pair *pair = parity->pair;
    const Compare *compare = parity->compare;
    bool clean = compare->different == 0;

    context->summary.rows_compared += compare->rows[PARITY_LIVE];
    context->summary.rows_different += compare->different;
    return pair_do(context->control, pair, error, "parity_record", "outcome",
                   clean ? "clean" : "different", "rows_compared",
                   number(compare->rows[PARITY_LIVE]).text, "rows_different",
                   number(compare->different).text, NULL) &&
           (!clean || guard_record_marks(context, pair, parity->marks, error));
}

static bool
compare_pair(Context *context, const Pair *pair, Error *error)
{
    Arena *arena = arena_new();
    Parity parity = {.context = context,
                     .pair = pair,
                     .arena = arena,
                     .compare = compare_new(arena, pair, true, BUCKETS)};
    Error failure = ERROR_INIT;
    bool ok =
        join_snapshot(&parity, error) && compare_run(parity.compare, read_all, &parity, error);

    if (!leave_snapshot(context, &failure))
    {
        error_move(error, &failure);
        ok = false;
    }
    error_clear(&failure);
    ok = ok && record(&parity, error) && apart_check(context, parity.compare, error) &&
         compare_require_equal(parity.compare, error);
    compare_clear(parity.compare);
    arena_free(arena);
    return ok;
}

static bool
check_pairs(Context *context, Error *error)
{
    context->summary.rows_compared = 0;
    context->summary.rows_different = 0;
    if (!context_open_pool(context, error))
        return false;
    for_each_pair (pair, context->migration)
        if (!compare_pair(context, pair, error))
            return false;
    progress_end();
    return true;
}

/* Readers wait for somebody's lock as long as --swap-deadline says, on all connections. */
static bool
set_patience(Context *context, int64_t milliseconds, Error *error)
{
    Arena *arena = arena_new();
    const char *sql = template_render(arena, "lock_timeout", error, "lock_timeout",
                                      number(milliseconds).text, NULL);
    bool ok = sql != NULL && context_set_patience(context, milliseconds, error) &&
              context_open_pool(context, error) && pool_each(context->pool, sql, error);

    arena_free(arena);
    return ok;
}

static bool
check_until_undisturbed(Context *context, Error *error)
{
    for (;;)
    {
        Error failure = ERROR_INIT;

        if (!pending_catch_up(context, error) || !context_may_go_on(context, error))
            return false;
        if (check_pairs(context, &failure))
            return true;
        if (failure.kind != ERROR_AGAIN)
        {
            error_move(error, &failure);
            return false;
        }
        context_say_waiting(context, WAITING_REST, "comparing again: %s", failure.message);
        error_clear(&failure);
    }
}

bool
parity_check(Context *context, Error *error)
{
    int64_t before = context->patience;
    Error failure = ERROR_INIT;
    bool ok = set_patience(context, context->settings->swap_deadline, error) &&
              check_until_undisturbed(context, error);

    waiting_is_over(&context->waiting, WAITING_REST);
    if (conn_is_open(context->control) && !context_set_patience(context, before, &failure))
        error_move(error, &failure);
    error_clear(&failure);
    return ok && error->kind == ERROR_NONE;
}

bool
parity_run(Context *context, Error *error)
{
    return parity_check(context, error) && pending_catch_up(context, error);
}
