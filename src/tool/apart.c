/*
 * Looks at the first row that differs, column by column.
 */
#include "tool/apart.h"

#include <inttypes.h>

#include "base/text.h"
#include "model/pair.h"
#include "model/statement.h"
#include "sql/ident.h"

/* The compared columns as lists of SQL; false if none of them is generated. */
typedef struct Columns
{
    Text names;
    Text generated;
    Text live;
    Text standby;
} Columns;

static bool
list_columns(Arena *arena, const Mapping *mapping, Columns *lists)
{
    bool found = false;

    for (int i = 0; i < mapping->column_count; i++)
    {
        const MapColumn *column = &mapping->columns[i];
        bool generated = column->expression == NULL;

        if (column->compared == NULL)
            continue;
        found = found || generated;
        text_append_item(&lists->names, literal_quote(arena, column->name));
        text_append_item(&lists->generated, generated ? "true" : "false");
        text_append_item(&lists->live,
                         arena_printf(arena, "CAST(%s AS pg_catalog.text)", column->compared));
        text_append_item(&lists->standby, arena_printf(arena, "CAST(standby.%s AS pg_catalog.text)",
                                                       ident_quote(arena, column->name)));
    }
    return found;
}

/* The generated columns that differ, if no other does; else NULL.  That it cannot be found out is
 * no error: the tables differ all the same. */
static const char *
find_stale(Context *context, Arena *arena, const Pair *pair, const char *key)
{
    Columns lists = {0};
    Error ignored = ERROR_INIT;
    const Result *result = NULL;
    const char *found = NULL;

    if (list_columns(arena, &pair->mapping, &lists))
        result = pair_run(context->control, pair, &ignored, "generated_apart", "key", key, "names",
                          text_cstr(&lists.names), "generated", text_cstr(&lists.generated),
                          "live_values", text_cstr(&lists.live), "standby_values",
                          text_cstr(&lists.standby), NULL);
    if (result != NULL && !result_get_bool(result, 0, "others"))
        found = arena_strdup(arena, result_get(result, 0, "generated"));
    error_clear(&ignored);
    text_clear(&lists.names);
    text_clear(&lists.generated);
    text_clear(&lists.live);
    text_clear(&lists.standby);
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
