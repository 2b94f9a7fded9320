/*
 * Parity: live (through the mapping) and standby hold the same rows, pending keys aside.
 *
 * Both sides are read in one snapshot, shared by all connections, by ranges of heap blocks: sums of
 * digests do not depend on order, so each side is read in its own physical order.  A row's digest
 * is XXH3-128 over its fields as binary COPY encodes them (length words and NULL markers included);
 * it is added to the bucket that the digest of its key selects.  If a bucket differs, a second pass
 * in the same snapshot finds the keys.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/statement.h"
#include "pg/copyout.h"
#include "phase/narrow.h"
#include "phase/pending.h"
#include "phase/phases.h"
#include "sql/template.h"
#include "ui/progress.h"

enum
{
    BUCKETS = 65536,     /* 24 bytes each, for each side */
    RANGE_BLOCKS = 8192, /* 64 MB */
};

typedef struct Bucket
{
    Digest sum;
    int64_t rows;
} Bucket;

typedef struct Parity
{
    Context *context;
    const Pair *pair;
    int64_t blocks[2]; /* of each side */
    int64_t next[2];   /* first block not handed out yet */
    Arena *arena;
    char *files; /* both tables', before the pass */
    char *marks; /* of rows of live, before the pass; see guard_row_marks() */
    int64_t blocks_done;
    Bucket *buckets[2];
    bool narrowing; /* second pass */
    Narrow narrow;
    int64_t rows[2];
} Parity;

/* A range under way. */
typedef struct Reader
{
    Parity *parity;
    ParitySide side;
    int64_t blocks;
    Arena *arena;
    CopyOut copy;
} Reader;

static bool
on_row(void *context, const CopyRow *row, Error *error)
{
    Reader *reader = context;
    Parity *parity = reader->parity;
    int first = parity->narrowing ? 1 : 0; /* the second pass has the key as text in front */
    const char *data;
    size_t length;
    Digest key, digest;
    uint64_t slot;

    (void)error;
    copyout_raw(row, first, first + parity->pair->mapping.key_count, &data, &length);
    key = digest_bytes(data, length);
    copyout_raw(row, first, row->count, &data, &length);
    digest = digest_bytes(data, length);
    slot = key.low % BUCKETS;
    if (!parity->narrowing)
    {
        digest_add(&parity->buckets[reader->side][slot].sum, digest);
        parity->buckets[reader->side][slot].rows++;
        parity->rows[reader->side]++;
        return true;
    }
    if (!digest_equal(parity->buckets[PARITY_LIVE][slot].sum,
                      parity->buckets[PARITY_STANDBY][slot].sum) ||
        parity->buckets[PARITY_LIVE][slot].rows != parity->buckets[PARITY_STANDBY][slot].rows)
        narrow_add(&parity->narrow, reader->side, key, digest, row->fields[0].data,
                   row->fields[0].length);
    return true;
}

static bool
on_data(void *context, const char *data, size_t length, Error *error)
{
    Reader *reader = context;

    return copyout_sink(&reader->copy, data, length, error);
}

static const char *
reader_sql(Reader *reader, int64_t first, int64_t end, Error *error)
{
    const Parity *parity = reader->parity;
    const Pair *p = parity->pair;
    Arena *a = reader->arena;
    bool live = reader->side == PARITY_LIVE;
    const char *fields = live ? p->live_fields : p->standby_fields;

    if (parity->narrowing)
        fields = arena_printf(a, "CAST(ROW(%s) AS text), %s", live ? p->live_key : p->standby_key,
                              fields);
    if (live)
        return template_render(a, "parity_live", error, "fields", fields, "live", p->live,
                               "first_tid", tid_text(a, first, 0), "end_tid", tid_text(a, end, 0),
                               "dirty", p->dirty, "log", p->log, "live_match", p->live_match, NULL);
    return template_render(a, "parity_standby", error, "fields", fields, "standby", p->standby,
                           "first_tid", tid_text(a, first, 0), "end_tid", tid_text(a, end, 0),
                           "dirty", p->dirty, "log", p->log, "key_expressions", p->key_expressions,
                           "dirty_columns", p->dirty_columns, "standby_match", p->standby_match,
                           NULL);
}

static void
reader_free(Reader *reader)
{
    copyout_clear(&reader->copy);
    arena_free(reader->arena);
    free(reader);
}

static PoolNext
next_range(void *context, Job *job, Error *error)
{
    Parity *parity = context;
    ParitySide side =
        parity->next[PARITY_LIVE] < parity->blocks[PARITY_LIVE] ? PARITY_LIVE : PARITY_STANDBY;
    int64_t first = parity->next[side], end = first + RANGE_BLOCKS;
    Reader *reader;

    if (first >= parity->blocks[side] || loop_is_stopping(parity->context->loop))
        return POOL_END;
    if (end > parity->blocks[side])
        end = parity->blocks[side];
    reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        abort();
    *reader = (Reader){.parity = parity, .side = side, .blocks = end - first, .arena = arena_new()};
    copyout_init(&reader->copy, on_row, reader);
    job->sql = reader_sql(reader, first, end, error);
    job->sink = on_data;
    job->data = reader;
    parity->next[side] = end;
    if (job->sql != NULL)
        return POOL_JOB;
    reader_free(reader);
    return POOL_END;
}

static bool
range_done(void *context, Job *job, const Result *result, Error *failure, Error *error)
{
    Parity *parity = context;
    Reader *reader = job->data;
    bool ok = result != NULL;

    if (!ok)
        error_move(error, failure);
    else if (!copyout_is_complete(&reader->copy))
        ok = error_set(error, ERROR_FAULT, "a range of rows did not arrive whole");
    parity->blocks_done += reader->blocks;
    reader_free(reader);
    return ok;
}

static bool
read_all(Parity *parity, Error *error)
{
    Context *context = parity->context;
    int64_t total = parity->blocks[PARITY_LIVE] + parity->blocks[PARITY_STANDBY];

    memset(parity->next, 0, sizeof(parity->next));
    parity->blocks_done = 0;
    pool_start(context->pool, next_range, range_done, parity);
    while (!pool_wait(context->pool, 500))
        progress_show("verify", parity->blocks_done, total, "blocks",
                      parity->narrowing ? "finding the keys" : NULL);
    return pool_finish(context->pool, error) && context_may_go_on(context, error);
}

/* *files is which files the tables lie in.  TRUNCATE is not MVCC-safe: one that commits after the
 * snapshot and before the first block of a table is read (later ones wait for our readers) empties
 * what the snapshot holds.  The tables are in other files then. */
static bool
read_files(const Parity *parity, char **files, Error *error)
{
    const Result *result =
        statement_run(parity->context->control, error, "parity_files", "live", parity->pair->live,
                      "standby", parity->pair->standby, NULL);

    if (result != NULL)
        *files = arena_strdup(parity->arena, result_get(result, 0, "files"));
    return result != NULL;
}

static bool
check_files(const Parity *parity, Error *error)
{
    char *files;

    return read_files(parity, &files, error) &&
           (strcmp(files, parity->files) == 0 ||
            error_set(error, ERROR_LOCK, "the table was emptied or rewritten just now"));
}

static bool
join_snapshot(Parity *parity, Error *error)
{
    Context *context = parity->context;
    const Pair *pair = parity->pair;
    const Result *result = NULL;
    const char *sql = NULL;
    bool known;

    if (read_files(parity, &parity->files, error) &&
        guard_row_marks(context, pair, parity->arena, &parity->marks, &known, error))
        result = statement_run(context->control, error, "parity_begin", "live", pair->live,
                               "standby", pair->standby, "log", pair->log, NULL);
    if (result != NULL && result_get_bool(result, 0, "truncated"))
    {
        error_set(error, ERROR_LOCK, "the table was truncated just now");
        result = NULL;
    }
    if (result != NULL)
    {
        parity->blocks[PARITY_LIVE] = result_get_int(result, 0, "live_blocks");
        parity->blocks[PARITY_STANDBY] = result_get_int(result, 0, "standby_blocks");
        sql = template_render(parity->arena, "parity_join", error, "snapshot",
                              result_get(result, 0, "snapshot"), NULL);
    }
    return sql != NULL && pool_each(context->pool, sql, error) &&
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

static int64_t
differing_buckets(const Parity *parity)
{
    int64_t count = 0;

    for (int i = 0; i < BUCKETS; i++)
    {
        const Bucket *live = &parity->buckets[PARITY_LIVE][i];
        const Bucket *standby = &parity->buckets[PARITY_STANDBY][i];

        count += live->rows != standby->rows || !digest_equal(live->sum, standby->sum);
    }
    return count;
}

/* Reads both sides; *different is the number of differing keys, report names some of them. */
static bool
compare(Parity *parity, int64_t *different, Text *report, Error *error)
{
    *different = 0;
    if (!read_all(parity, error))
        return false;
    if (differing_buckets(parity) == 0)
        return true;
    parity->narrowing = true;
    if (!read_all(parity, error))
        return false;
    *different = narrow_report(&parity->narrow, report);
    if (*different == 0) /* cannot be: the sums differ */
        return error_set(error, ERROR_FAULT, "the sums differ, but no key does");
    if (parity->narrow.incomplete)
        text_printf(report, "\nand more: not all were looked at");
    else if (*different > NARROW_SHOWN)
        text_printf(report, "\nand %" PRId64 " more", *different - NARROW_SHOWN);
    return true;
}

static bool
record(Parity *parity, int64_t different, Error *error)
{
    Context *context = parity->context;
    const Pair *pair = parity->pair;

    context->summary.rows_compared += parity->rows[PARITY_LIVE];
    context->summary.rows_different += different;
    return statement_do(context->control, error, "parity_record", "migration",
                        pair->migration->id_text, "pair", number(pair->number).text, "state",
                        different == 0 ? "clean" : "different", "rows_compared",
                        number(parity->rows[PARITY_LIVE]).text, "rows_different",
                        number(different).text, "colour", pair->migration->live_colour, NULL) &&
           (different > 0 || guard_record_marks(context, pair, parity->marks, error));
}

static bool
check_pair(Context *context, const Pair *pair, Error *error)
{
    Parity parity = {.context = context, .pair = pair, .arena = arena_new()};
    Text report = {0};
    Error failure = ERROR_INIT;
    int64_t different = 0;
    bool ok;

    parity.buckets[PARITY_LIVE] = arena_alloc(parity.arena, sizeof(Bucket) * BUCKETS);
    parity.buckets[PARITY_STANDBY] = arena_alloc(parity.arena, sizeof(Bucket) * BUCKETS);
    ok = join_snapshot(&parity, error) && compare(&parity, &different, &report, error) &&
         check_files(&parity, error);
    if (!leave_snapshot(context, &failure))
        error_move(error, &failure);
    error_clear(&failure);
    ok = ok && record(&parity, different, error);
    if (ok && different > 0)
    {
        ok = error_set(error, ERROR_PARITY,
                       "table %s and its new form differ in %s%" PRId64 " rows of %" PRId64,
                       pair->live, parity.narrow.incomplete ? "at least " : "", different,
                       parity.rows[PARITY_LIVE]);
        error_detail(error, "%s", text_cstr(&report));
        error_hint(error,
                   "Nothing was swapped. Find out who writes to %s; \"pgswap abort\" takes "
                   "everything back.",
                   pair->standby);
    }
    narrow_clear(&parity.narrow);
    text_clear(&report);
    arena_free(parity.arena);
    return ok;
}

static bool
check_pairs(Context *context, Error *error)
{
    context->summary.rows_compared = 0;
    context->summary.rows_different = 0;
    if (!context_open_pool(context, error))
        return false;
    for (int i = 0; i < context->migration->pair_count; i++)
        if (!check_pair(context, &context->migration->pairs[i], error))
            return false;
    progress_end();
    return true;
}

bool
parity_check(Context *context, Error *error)
{
    for (;;)
    {
        Error failure = ERROR_INIT;

        if (!pending_catch_up(context, error) || !context_may_go_on(context, error))
            return false;
        if (check_pairs(context, &failure))
            return true;
        if (failure.kind != ERROR_LOCK)
        {
            error_move(error, &failure);
            return false;
        }
        error_clear(&failure);
    }
}

bool
parity_run(Context *context, Error *error)
{
    return parity_check(context, error) && pending_catch_up(context, error) &&
           journal_move(context->control, context->migration, PHASE_READY, error);
}
