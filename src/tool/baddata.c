/*
 * Finds the row behind an error by halving: first over blocks, then over the rows of one block. All
 * tries share one snapshot and are rolled back, so the search cannot be led astray by writers.
 */
#include "tool/baddata.h"

#include <string.h>

#include "base/memory.h"
#include "model/pair.h"
#include "model/statement.h"
#include "tool/halving.h"
#include "tool/keys.h"

/* Where the rows come from: a heap of live, or of the pending keys and the rows of live behind
 * them. */
typedef struct Search
{
    Context *context;
    const Pair *pair;
    bool pending;
    Arena *arena;
    HeapRange range;
    int64_t block; /* in which the row is */
} Search;

bool
baddata_is(const Error *error)
{
    return error->kind == ERROR_STATEMENT &&
           (strncmp(error->sqlstate, "22", 2) == 0 || strncmp(error->sqlstate, "23", 2) == 0);
}

static bool
try_rows(const Search *s, const char *first, const char *end, Error *failure)
{
    Conn *conn = s->context->control;
    const Pair *p = s->pair;

    if (s->pending)
        return pair_do(conn, p, failure, "pending_try", "first_tid", first, "end_tid", end, NULL);
    return pair_do(conn, p, failure, "rows_try", "heap", s->range.heap->relation, "first_tid",
                   first, "end_tid", end, NULL);
}

static bool
try_column(const Search *s, const MapColumn *column, const char *first, const char *end,
           Error *failure)
{
    Conn *conn = s->context->control;
    const Pair *p = s->pair;

    if (s->pending)
        return pair_do(conn, p, failure, "pending_column_try", "expression", column->expression,
                       "type", column->type, "first_tid", first, "end_tid", end, NULL);
    return pair_do(conn, p, failure, "row_column_try", "heap", s->range.heap->relation,
                   "expression", column->expression, "type", column->type, "first_tid", first,
                   "end_tid", end, NULL);
}

/* True if these rows fail; what is done is undone.  Once a stop is asked for nothing is tried. */
static bool
fails(const Search *s, const char *first, const char *end)
{
    Error failure = ERROR_INIT;
    Conn *conn = s->context->control;
    bool ok;

    if (loop_is_stopping(s->context->loop))
        return true;
    if (!statement_do(conn, &failure, "savepoint", NULL))
    {
        error_clear(&failure);
        return false;
    }
    ok = try_rows(s, first, end, &failure);
    error_clear(&failure);
    (void)!statement_do(conn, &failure, "savepoint_back", NULL);
    error_clear(&failure);
    return !ok;
}

/* The column whose value alone already fails, or NULL. */
static const MapColumn *
column_at(const Search *s, const char *first, const char *end, const char *sqlstate)
{
    Conn *conn = s->context->control;

    for (int i = 0; i < s->pair->mapping.column_count; i++)
    {
        const MapColumn *column = &s->pair->mapping.columns[i];
        Error failure = ERROR_INIT;
        bool guilty;

        if (column->expression == NULL || !statement_do(conn, &failure, "savepoint", NULL))
            continue;
        guilty = !try_column(s, column, first, end, &failure) && error_is(&failure, sqlstate);
        error_clear(&failure);
        (void)!statement_do(conn, &failure, "savepoint_back", NULL);
        error_clear(&failure);
        if (guilty)
            return column;
    }
    return NULL;
}

/* The column that the server has named, or NULL. */
static const MapColumn *
guilty_column(const Search *s, const char *name)
{
    for (int i = 0; i < s->pair->mapping.column_count; i++)
        if (strcmp(s->pair->mapping.columns[i].name, name) == 0)
            return &s->pair->mapping.columns[i];
    return NULL;
}

/* Standby is the new table, or after the swap the old one. */
static void
tell_row(const Search *s, const char *key, const MapColumn *column, Error *error)
{
    const char *table = s->pair->migration->live_is_blue ? "new" : "old";

    error_key(error, "(%s)=%s", pair_word(s->arena, s->pair, "key_names"), key);
    if (column == NULL)
    {
        error_detail(error, "The row with key %s does not fit the %s table.", error->key, table);
        return;
    }
    if (error->column == NULL)
        error->column = memory_strdup(column->name);
    error_detail(error, "The row with key %s does not fit the %s table: column %s is %s there.",
                 error->key, table, column->name, column->type);
}

static const char *
key_at(const Search *s, const char *first, const char *end)
{
    Error ignored = ERROR_INIT;
    const Pair *p = s->pair;
    const Result *result;
    const char *key = NULL;

    if (s->pending)
        result = pair_run(s->context->control, p, &ignored, "pending_row_key", "first_tid", first,
                          "end_tid", end, NULL);
    else
        result = pair_run(s->context->control, p, &ignored, "row_key", "heap",
                          s->range.heap->relation, "first_tid", first, "end_tid", end, NULL);
    if (result != NULL && result_rows(result) > 0)
        key = arena_strdup(s->arena, result_get(result, 0, "key"));
    error_clear(&ignored);
    return key;
}

static bool
blocks_fail(void *context, int64_t first, int64_t end)
{
    const Search *s = context;

    return fails(s, heap_address(s->arena, first, 0), heap_address(s->arena, end, 0));
}

static bool
rows_fail(void *context, int64_t first, int64_t end)
{
    const Search *s = context;

    return fails(s, heap_address(s->arena, s->block, first), heap_address(s->arena, s->block, end));
}

static int64_t
last_row(const Search *s)
{
    Error ignored = ERROR_INIT;
    const Result *result =
        statement_run(s->context->control, &ignored, "block_last_row", "heap",
                      s->range.heap->relation, "first_tid", heap_address(s->arena, s->block, 0),
                      "end_tid", heap_address(s->arena, s->block + 1, 0), NULL);
    int64_t row = result != NULL ? result_get_int(result, 0, "last_row") : 0;

    error_clear(&ignored);
    return row;
}

static void
name_row(Search *s, Error *error)
{
    const char *from, *to, *key;
    const MapColumn *column;
    int64_t row;

    s->block = halving_find(s->range.first, s->range.end, blocks_fail, s);
    row = halving_find(0, last_row(s) + 1, rows_fail, s);
    from = heap_address(s->arena, s->block, row);
    to = heap_address(s->arena, s->block, row + 1);
    if (!fails(s, from, to))
        return; /* corrected meanwhile */
    key = key_at(s, from, to);
    column = error->column != NULL ? guilty_column(s, error->column)
                                   : column_at(s, from, to, error->sqlstate);
    if (key == NULL || loop_is_stopping(s->context->loop))
        return; /* a try that was cancelled looks like one that failed */
    tell_row(s, key, column, error);
}

static bool
hint_correct(const Pair *pair, const char *what, Error *error)
{
    if (pair->migration->phase == PHASE_SWAPPED)
        return error_hint(error,
                          "The live table is unchanged. Correct or delete %s and run the same "
                          "command again.",
                          what);
    return error_hint(error,
                      "The live table is unchanged. Correct %s and run the same command again, or "
                      "give the migration up with \"pgswap abort\".",
                      what);
}

static bool
search(Context *context, const Pair *pair, bool pending, const HeapRange *range, Error *error)
{
    Search s = {context, pair, pending, arena_new(), *range, 0};
    Error failure = ERROR_INIT;

    context_say_waiting(context, WAITING_SEARCH, "a row of %s does not fit (%s); searching for it",
                        pair->live, error->message);
    if (context_begin_snapshot(context, pair, &failure) &&
        context_pause_at(context, context->control, "search-begun", &failure) &&
        (!pending || keys_purge(context, pair, &failure)))
        name_row(&s, error);
    statement_rollback(context->control);
    error_clear(&failure);
    arena_free(s.arena);
    if (error->key != NULL)
        error_context(error, "table %s", pair->live);
    return hint_correct(pair, "the row", error);
}

bool
baddata_in_range(Context *context, const Pair *pair, const HeapRange *range, Error *error)
{
    return baddata_is(error) && search(context, pair, false, range, error);
}

bool
baddata_in_index(Context *context, const Pair *pair, const char *index, Error *error)
{
    Error failure = ERROR_INIT;
    Conn *conn = context->control;
    Arena *arena = arena_new();
    const Result *result = pair_run(conn, pair, &failure, "object_unique", "name", index, NULL);

    context_say_waiting(context, WAITING_SEARCH,
                        "two rows of %s are equal in index \"%s\"; searching for them", pair->live,
                        index);
    if (result != NULL && result_rows(result) > 0)
    {
        char *columns = arena_strdup(arena, result_get(result, 0, "unique_columns"));
        char *predicate = arena_strdup(arena, result_get(result, 0, "unique_predicate"));

        result = pair_run(conn, pair, &failure, "duplicate_find", "parameters",
                          pair->migration->parameters.local, "predicate", predicate,
                          "unique_columns", columns, NULL);
        if (result != NULL && result_rows(result) > 0)
        {
            error_key(error, "(%s)=%s", pair_word(arena, pair, "key_names"),
                      result_get(result, 0, "first_key"));
            error_detail(error, "The rows with keys %s and %s would be equal in index \"%s\".",
                         result_get(result, 0, "first_key"), result_get(result, 0, "second_key"),
                         index);
        }
    }
    error_clear(&failure);
    arena_free(arena);
    return hint_correct(pair, "one of the rows", error);
}

/* The compacted log is one heap, and small. */
static bool
search_pending(Context *context, const Pair *pair, Arena *arena, Error *error)
{
    Heaps dirty;
    Error failure = ERROR_INIT;

    /* the keys went back into the log with the transaction: compact them, so that they have a place
     */
    if (keys_compact(context, pair, &failure) &&
        heaps_read(context->control, arena, pair_word(arena, pair, "dirty"), &dirty, &failure))
        return search(context, pair, true, &(HeapRange){dirty.items, 0, dirty.items[0].blocks},
                      error);
    error_clear(&failure);
    return false;
}

bool
baddata_in_pending(Context *context, const Pair *pair, Error *error)
{
    Arena *arena;

    if (!baddata_is(error))
        return false;
    if (error_is(error, "23505") && error->constraint != NULL)
        return baddata_in_index(context, pair, error->constraint, error);
    arena = arena_new();
    (void)search_pending(context, pair, arena, error);
    arena_free(arena);
    return false;
}
