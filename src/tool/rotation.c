/*
 * One look at the sizes tells what is to be done.
 */
#include "tool/rotation.h"

#include "base/clock.h"
#include "model/home.h"
#include "model/pair.h"
#include "model/statement.h"

enum
{
    TEND_EVERY = 2000,   /* ms; or … */
    TEND_SHARE = 10,     /* times what it took, if that is longer */
    BYTES_MIN = 1 << 20, /* below, a heap is read in a millisecond */
    DEAD_FACTOR = 4,     /* the heaps are so many times what is alive in them */
    SETS_MAX = 100       /* that are looked at */
};

typedef struct Set
{
    int number;
    int64_t bytes;
} Set;

/* The sets of a pair. */
typedef struct Sets
{
    int count;
    int64_t total;   /* bytes */
    int64_t current; /* of them, of the set in use */
    Set items[SETS_MAX];
} Sets;

static bool
read_sets(Context *context, const Pair *pair, Sets *sets, Error *error)
{
    const Result *result = pair_run(context->control, pair, error, "sets", NULL);

    if (result == NULL)
        return false;
    *sets = (Sets){0};
    for (int i = 0; i < result_rows(result) && i < SETS_MAX; i++)
    {
        Set *set = &sets->items[sets->count++];

        set->number = (int)result_get_int(result, i, "number");
        set->bytes = result_get_int(result, i, "bytes");
        sets->total += set->bytes;
        if (set->number == pair->set)
            sets->current = set->bytes;
    }
    return true;
}

/* The pair as it is when another set is in use. */
static Pair
with_set(const Pair *pair, int number)
{
    Pair other = *pair;

    other.set = number;
    return other;
}

/* --- emptying ------------------------------------------------------------------------------ */

static bool
empty_set(Context *context, const Pair *pair, const Pair *old, Arena *arena, Error *error)
{
    return pair_do(context->control, pair, error, "set_empty", "log_old",
                   pair_word(arena, old, "log_set"), "written_old",
                   pair_word(arena, old, "written_set"), "dirty_old",
                   pair_word(arena, old, "dirty"), "applied_old", pair_word(arena, old, "applied"),
                   "held_old", pair_word(arena, old, "held"), NULL) &&
           context_pause_at(context, context->control, "set-emptied", error) &&
           statement_do(context->control, error, "commit", NULL);
}

/* A lock of somebody's is no error. */
static bool
empty_or_leave(Context *context, const Pair *pair, Set *set, Error *error)
{
    Arena *scratch = arena_new();
    Pair old = with_set(pair, set->number);
    bool ok = context_pause_at(context, context->control, "set-emptying", error) &&
              empty_set(context, pair, &old, scratch, error);

    arena_free(scratch);
    if (ok)
        set->bytes = 0;
    else
        statement_rollback(context->control);
    if (!ok && error->kind == ERROR_LOCK)
        error_clear(error);
    return error->kind == ERROR_NONE;
}

static bool
empty_others(Context *context, const Pair *pair, Sets *sets, Error *error)
{
    for (int i = 0; i < sets->count; i++)
        if (sets->items[i].number != pair->set && sets->items[i].bytes > 0 &&
            !empty_or_leave(context, pair, &sets->items[i], error))
            return false;
    return true;
}

/* --- replacing ----------------------------------------------------------------------------- */

/* The set in use is a good part of all that is read, and most of that is dead. */
static bool
check_due(Context *context, const Pair *pair, const Sets *sets, bool *due, Error *error)
{
    const Result *result;

    *due = sets->count < SETS_MAX && sets->current > BYTES_MIN &&
           sets->current > sets->total / DEAD_FACTOR;
    if (!*due)
        return true;
    result = pair_run(context->control, pair, error, "set_content", NULL);
    if (result == NULL)
        return false;
    *due = result_get_int(result, 0, "bytes") < sets->current / DEAD_FACTOR;
    return true;
}

/* One that is empty, or else one more. */
static int
next_number(const Pair *pair, const Sets *sets, bool *is_new)
{
    int last = 0;

    *is_new = false;
    for (int i = 0; i < sets->count; i++)
    {
        if (sets->items[i].number != pair->set && sets->items[i].bytes == 0)
            return sets->items[i].number;
        last = sets->items[i].number;
    }
    *is_new = true;
    return last + 1;
}

static bool
take_set(Context *context, const Pair *pair, const Pair *next, bool is_new, Arena *arena,
         Error *error)
{
    Conn *conn = context->control;

    return pair_do(conn, pair, error, "functions_begin", NULL) &&
           (!is_new || pair_do(conn, next, error, "set_create", NULL)) && home_own(conn, error) &&
           pair_do(conn, next, error, "set_take", "dirty_before", pair_word(arena, pair, "dirty"),
                   "applied_before", pair_word(arena, pair, "applied"), "held_before",
                   pair_word(arena, pair, "held"), NULL) &&
           pair_generate(conn, next, error, "set_functions", "log_before",
                         pair_word(arena, pair, "log_set"), "written_before",
                         pair_word(arena, pair, "written_set"), NULL) &&
           context_pause_at(context, conn, "set-taken", error) &&
           statement_do(conn, error, "commit", NULL);
}

/* Whether it succeeded or not, the pair in memory is as the state is, unless the line was cut. */
static bool
replace_set(Context *context, const Pair *pair, const Sets *sets, Error *error)
{
    Arena *scratch = arena_new();
    bool is_new;
    Pair next = with_set(pair, next_number(pair, sets, &is_new));
    bool ok = take_set(context, pair, &next, is_new, scratch, error);

    arena_free(scratch);
    if (ok)
        journal_take_set(context->migration, pair, next.set);
    else
        statement_rollback(context->control);
    if (!ok && error->kind == ERROR_AGAIN)
        error_clear(error); /* somebody else has replaced a function at this moment */
    return error->kind == ERROR_NONE &&
           (!ok || context_pause_at(context, context->control, "set-replaced", error));
}

/* ------------------------------------------------------------------------------------------- */

static bool
tend_pair(Context *context, const Pair *pair, Error *error)
{
    Arena *scratch = arena_new();
    Sets *sets = arena_alloc(scratch, sizeof(Sets));
    bool due;
    bool ok = read_sets(context, pair, sets, error) && empty_others(context, pair, sets, error) &&
              check_due(context, pair, sets, &due, error) &&
              (!due || replace_set(context, pair, sets, error));

    arena_free(scratch);
    return ok;
}

bool
rotation_tend(Context *context, Error *error)
{
    int64_t started = clock_ms();

    if (started < context->tend_at)
        return true;
    for_each_pair (pair, context->migration)
        if (pair->has_mapping && !tend_pair(context, pair, error))
            return error_context(error, "rotating the change log");
    context->tend_at = clock_ms() + TEND_EVERY + TEND_SHARE * (clock_ms() - started);
    return true;
}
