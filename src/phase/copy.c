/*
 * Copy: live to standby by ranges of heap blocks, several at a time, each a short transaction that
 * records itself; the change log is compacted meanwhile.  Done means that every block of each heap
 * as it stood after capture was in place is covered by a recorded chunk.
 */
#include "phase/copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/heap.h"
#include "model/pair.h"
#include "model/statement.h"
#include "phase/chunk_size.h"
#include "sql/template.h"
#include "tool/baddata.h"
#include "tool/diskfull.h"
#include "tool/guard.h"
#include "tool/keys.h"
#include "tool/pace.h"
#include "tool/rotation.h"
#include "tool/signals.h"
#include "ui/log.h"
#include "ui/progress.h"

enum
{
    LOOK_EVERY = 500 /* ms between compaction, progress and throttle checks */
};

typedef struct Copy
{
    Context *context;
    const Pair *pair;
    Heaps heaps; /* as they were when it began */
    ChunkSize size;
    HeapRanges gaps;
    bool throttled; /* a signal holds it up */
    Pace pace;
    int64_t blocks_done;
    int64_t rows_done;
    HeapRange bad; /* the chunk that failed for its data */
    bool replaced;
} Copy;

/* A chunk under way; it owns its SQL. */
typedef struct Chunk
{
    Arena *arena;
    HeapRange range;
} Chunk;

static const char *
chunk_sql(const Copy *copy, Chunk *chunk, Error *error)
{
    const Pair *p = copy->pair;
    Arena *a = chunk->arena;
    const Heap *heap = chunk->range.heap;
    int64_t first = chunk->range.first, end = chunk->range.end;
    const char *copied =
        pair_render(a, p, error, "chunk_copy", "heap", heap->relation, "heap_oid", heap->oid,
                    "first_tid", heap_address(a, first, 0), "end_tid", heap_address(a, end, 0),
                    "first_block", number(first).text, "end_block", number(end).text, NULL);
    const char *checked = pair_render(a, p, error, "chunk_check", "heap", heap->relation,
                                      "heap_oid", heap->oid, "filenode", heap->filenode, NULL);
    const char *counted = pair_render(a, p, error, "chunk_rows", "heap_oid", heap->oid,
                                      "first_block", number(first).text, NULL);

    if (copied == NULL || checked == NULL || counted == NULL)
        return NULL;
    return arena_printf(a, "%s\n%s\n%s\n%s", copied,
                        context_pause_sql(copy->context, a, "chunk-read"), checked, counted);
}

static void
chunk_free(Chunk *chunk)
{
    arena_free(chunk->arena);
    free(chunk);
}

static PoolNext
next_chunk(void *context, Job *job, Error *error)
{
    Copy *copy = context;
    Chunk *chunk;

    if (heap_is_cut(&copy->gaps) || loop_is_stopping(copy->context->loop))
        return POOL_END;
    if (copy->throttled || !pace_may_begin(&copy->pace, clock_us()))
        return POOL_LATER;
    chunk = calloc(1, sizeof(*chunk));
    if (chunk == NULL)
        abort();
    chunk->arena = arena_new();
    (void)heap_cut(&copy->gaps, copy->size.blocks, &chunk->range);
    job->sql = chunk_sql(copy, chunk, error);
    job->data = chunk;
    if (job->sql == NULL)
    {
        chunk_free(chunk);
        return POOL_END;
    }
    return POOL_JOB;
}

static bool
chunk_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    Copy *copy = context;
    Chunk *chunk = job->data;
    HeapRange range = chunk->range;

    chunk_free(chunk);
    if (result == NULL)
    {
        if (!baddata_is(failure)) /* for which the row is looked for */
            error_context(failure, "copying blocks %" PRId64 "-%" PRId64 " of %s", range.first,
                          range.end - 1, range.heap->relation);
        if (error->kind == ERROR_NONE) /* what the others meet then does not count */
        {
            copy->replaced = error_is(failure, "PS001");
            copy->bad = range;
        }
        error_move(error, failure);
        return false;
    }
    copy->blocks_done += range.end - range.first;
    copy->rows_done += result_get_int(result, 0, "rows");
    chunk_size_note(&copy->size, job->elapsed / 1000);
    pace_ended(&copy->pace, job->elapsed, clock_us());
    return true;
}

static bool
read_begun_heaps(Copy *copy, Error *error)
{
    Context *context = copy->context;
    const Result *result = pair_run(context->control, copy->pair, error, "copy_heaps", NULL);

    if (result != NULL)
        copy->heaps = heaps_take(context->arena, result);
    return result != NULL;
}

/* The heaps are those that the copy began with. */
static bool
check_heaps(Copy *copy, Error *error)
{
    Error failure = ERROR_INIT;
    bool ok = pair_do(copy->context->control, copy->pair, &failure, "copy_check", NULL);

    copy->replaced = error_is(&failure, "PS001");
    error_move(error, &failure);
    return ok;
}

/* Reads what is to be copied still; begins the copy if it has not begun. */
static bool
prepare_copy(Copy *copy, Error *error)
{
    Context *context = copy->context;
    Conn *conn = context->control;
    const Pair *pair = copy->pair;
    const Result *result;

    if (!diskfull_reserve(context, pair, error) || !read_begun_heaps(copy, error))
        return false;
    if (copy->heaps.count == 0 &&
        (!pair_do(conn, pair, error, "copy_begin", NULL) || !read_begun_heaps(copy, error)))
        return false;
    if (!check_heaps(copy, error) ||
        (result = pair_run(conn, pair, error, "copy_gaps", NULL)) == NULL)
        return false;
    copy->rows_done = result_get_int(result, 0, "rows");
    copy->blocks_done = result_get_int(result, 0, "blocks");
    copy->gaps = heaps_take_ranges(context->arena, &copy->heaps, result);
    return true;
}

static bool
look_after_copy(Copy *copy, Error *error)
{
    Context *context = copy->context;
    Text held = {0};
    int64_t backlog;
    char note[64], keys[40];
    bool ok = guard_look(context, context->control, error) && rotation_tend(context, error) &&
              keys_compact(context, copy->pair, error) &&
              keys_count(context, copy->pair, &backlog, error) &&
              signals_look(context, ASKER_COPY, &held, error) &&
              journal_note(context->control, context->migration, backlog, held.data, NULL, error);

    if (held.length > 0 && !copy->throttled)
        chunk_size_halve(&copy->size);
    copy->throttled = held.length > 0;
    text_clear(&held);
    if (!ok)
        return false;
    snprintf(note, sizeof(note), "%s changes to apply", count_format(keys, backlog));
    progress_show("copy", copy->blocks_done, heaps_blocks(&copy->heaps), "blocks", note);
    return true;
}

static bool
copy_gaps(Copy *copy, Error *error)
{
    Context *context = copy->context;
    int64_t before = copy->rows_done;
    Error failure = ERROR_INIT;
    bool ok;

    pace_init(&copy->pace, context->settings->nice, context->settings->jobs);
    if (!look_after_copy(copy, error)) /* the first chunk, too, has to wait */
        return false;
    pool_start(context->pool, next_chunk, chunk_done, copy);
    while (!pool_wait(context->pool, LOOK_EVERY))
        if (!look_after_copy(copy, error))
        {
            pool_cancel(context->pool);
            return false;
        }
    ok = pool_finish(context->pool, &failure);
    context->summary.rows_copied += copy->rows_done - before;
    error_move(error, &failure);
    return ok;
}

static bool
restart(Copy *copy, const char *reason, Error *error)
{
    Context *context = copy->context;
    const Pair *pair = copy->pair;

    log_warning("%s %s; the copy starts again", pair->live, reason);
    context->summary.rows_copied = 0;
    return pair_do(context->control, pair, error, "copy_restart", "reason", reason, NULL);
}

/* Nothing is left to copy, and the heaps are those that were copied. */
static bool
ask_covered(Copy *copy, bool *covered, Error *error)
{
    const Result *result = NULL;

    if (check_heaps(copy, error))
        result = pair_run(copy->context->control, copy->pair, error, "copy_gaps", NULL);
    *covered = result != NULL && result_get(result, 0, "first_block") == NULL;
    return result != NULL;
}

/* One go at the copy; *covered tells whether all is done. */
static bool
copy_once(Copy *copy, bool *covered, Error *error)
{
    Context *context = copy->context;

    *covered = false;
    if (!prepare_copy(copy, error))
        return false;
    if (copy->gaps.count > 0 && !copy_gaps(copy, error))
        return false;
    return context_may_go_on(context, error) && ask_covered(copy, covered, error);
}

bool
copy_run(Context *context, const Pair *pair, Error *error)
{
    Copy copy = {.context = context, .pair = pair};
    bool covered = false;

    chunk_size_init(&copy.size, context->settings->chunk_time, context->settings->chunk_blocks);
    while (!covered)
    {
        Error failure = ERROR_INIT;

        copy.replaced = false;
        if (copy_once(&copy, &covered, &failure))
            continue;
        if (!copy.replaced)
        {
            baddata_in_range(context, pair, &copy.bad, &failure);
            error_move(error, &failure);
            return false;
        }
        error_clear(&failure);
        if (!restart(&copy, "was rewritten by others (VACUUM FULL, CLUSTER or TRUNCATE)", error))
            return false;
    }
    return true;
}
