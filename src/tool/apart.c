/*
 * Looks at the first row that differs, column by column.
 */
#include "tool/apart.h"

#include <inttypes.h>

#include "model/pair.h"
#include "model/statement.h"

static bool
has_generated(const Mapping *mapping)
{
    for (int i = 0; i < mapping->column_count; i++)
        if (mapping->columns[i].compared != NULL && mapping->columns[i].expression == NULL)
            return true;
    return false;
}

/* The generated columns that differ, if no other does; else NULL.  That it cannot be found out is
 * no error: the tables differ all the same. */
static const char *
find_stale(Context *context, Arena *arena, const Pair *pair, const char *key)
{
    Error ignored = ERROR_INIT;
    const Result *result = NULL;
    const char *found = NULL;

    if (has_generated(&pair->mapping))
        result = pair_run(context->control, pair, &ignored, "generated_apart", "key", key, NULL);
    if (result != NULL && !result_get_bool(result, 0, "others"))
        found = arena_strdup(arena, result_get(result, 0, "generated"));
    error_clear(&ignored);
    return found;
}

bool
apart_check(Context *context, const Compare *compare, Error *error)
{
    const Pair *pair = compare->pair;
    Arena *arena;
    const char *columns;

    if (compare->different == 0 || compare->narrow.first == NULL)
        return true;
    arena = arena_new();
    columns = find_stale(context, arena, pair, compare->narrow.first);
    if (columns != NULL)
    {
        error_set(error, ERROR_PARITY,
                  "generated column %s of %s does not hold what its expression gives now", columns,
                  pair->live);
        error_detail(error, "The tables differ in %s%" PRId64 " of %" PRId64 " rows.\n%s",
                     compare->narrow.incomplete ? "at least " : "", compare->different,
                     compare->rows[PARITY_LIVE], text_cstr(&compare->report));
        error_key(error, "(%s)=%s", pair_word(arena, pair, "key_names"), compare->narrow.first);
        error_hint(error,
                   "A function that the expression calls was replaced after these rows were "
                   "written. An UPDATE that sets the columns it is computed from to the "
                   "values that they have computes it again; then run the same command again.");
    }
    arena_free(arena);
    return columns == NULL;
}
