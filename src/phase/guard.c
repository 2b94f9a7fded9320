/*
 * Guard: both tables are there, live is still what it was when the migration began, and capture is
 * on it.
 */
#include "model/fingerprint.h"
#include "model/statement.h"
#include "phase/phases.h"

static const Result *
find_tables(Context *context, const Pair *pair, Error *error)
{
    return statement_run(context->control, error, "pair_tables", "live", pair->live_oid, "standby",
                         pair->standby_oid, "schema", pair->schema, "table", pair->table,
                         "standby_schema", pair->standby_schema, "away_schema", pair->away_schema,
                         NULL);
}

static bool
live_is_gone(const Pair *pair, const char *standby, Error *error)
{
    bool swapped = pair->migration->phase == PHASE_SWAPPED;
    const char *end = swapped ? "finish" : "abort";

    error_set(error, ERROR_CHANGED, "table %s, which the migration works on, is gone", pair->live);
    if (standby == NULL)
        return error_hint(error, "\"pgswap %s\" ends the migration.", end);
    error_detail(error, "%s is there still, in the state of %s.", standby,
                 swapped ? "the swap and of what was followed since" : "the last rows applied");
    return error_hint(error,
                      "Move that elsewhere (ALTER TABLE … SET SCHEMA) or drop it; then \"pgswap "
                      "%s\" ends the migration.",
                      end);
}

static bool
check_tables(const Pair *pair, const Result *found, Error *error)
{
    const char *live = result_get(found, 0, "live"), *standby = result_get(found, 0, "standby");
    bool has_away = result_get_bool(found, 0, "has_away");

    if (live == NULL)
        return live_is_gone(pair, standby, error);
    if (!result_get_bool(found, 0, "in_place"))
    {
        error_set(error, ERROR_CHANGED, "table %s was renamed or moved: it is %s now", pair->live,
                  live);
        return error_hint(error, "Undo that, and run the same command again.");
    }
    if (standby != NULL && has_away)
        return true;
    error_set(error, ERROR_CHANGED, "%s, which pgswap made, is gone",
              standby == NULL ? pair->standby : pair->away_schema);
    return error_hint(error, "\"pgswap %s\" ends the migration, and %s stays as it is.",
                      pair->migration->phase == PHASE_SWAPPED ? "finish" : "abort", pair->live);
}

bool
guard_tables(Context *context, Error *error)
{
    for (int i = 0; i < context->migration->pair_count; i++)
    {
        const Pair *pair = &context->migration->pairs[i];
        const Result *found = find_tables(context, pair, error);

        if (found == NULL || !check_tables(pair, found, error))
            return false;
    }
    return true;
}

bool
guard_last_copy(Context *context, Error *error)
{
    for (int i = 0; i < context->migration->pair_count; i++)
    {
        const Pair *pair = &context->migration->pairs[i];
        const Result *found = find_tables(context, pair, error);
        const char *standby;

        if (found == NULL)
            return false;
        standby = result_get(found, 0, "standby");
        if (standby != NULL && result_get(found, 0, "live") == NULL)
            return live_is_gone(pair, standby, error);
    }
    return true;
}

static bool
check_fingerprint(Context *context, const Pair *pair, Error *error)
{
    return description_require(context->control, pair->live_oid, pair->schema, &pair->fingerprint,
                               error, "table %s was altered since the migration began",
                               pair->live) ||
           (error->kind == ERROR_CHANGED &&
            error_hint(error, "Undo the alteration and run the same command again, or \"pgswap "
                              "abort\" and begin anew."));
}

bool
guard_capture(Context *context, bool *whole, Error *error)
{
    *whole = true;
    for (int i = 0; i < context->migration->pair_count; i++)
    {
        const Pair *pair = &context->migration->pairs[i];
        const Result *result = statement_run(context->control, error, "capture_state", "standby",
                                             pair->standby_oid, "alive", pair->alive, "trigger",
                                             pair->trigger, "live", pair->live_oid, NULL);

        if (result == NULL)
            return false;
        *whole = *whole && result_get_bool(result, 0, "whole");
    }
    return true;
}

bool
guard_row_marks(Context *context, const Pair *pair, Arena *arena, char **marks, bool *known,
                Error *error)
{
    const Result *result =
        statement_run(context->control, error, "row_marks", "live", pair->live_oid, "standby",
                      pair->standby_oid, "trigger", pair->trigger, "migration",
                      pair->migration->id_text, "pair", number(pair->number).text, NULL);

    if (result == NULL)
        return false;
    *marks = arena_strdup(arena, result_get(result, 0, "marks"));
    *known = result_get_bool(result, 0, "known");
    return true;
}

bool
guard_record_marks(Context *context, const Pair *pair, const char *marks, Error *error)
{
    return statement_do(context->control, error, "row_marks_record", "marks", marks, "migration",
                        pair->migration->id_text, "pair", number(pair->number).text, NULL);
}

bool
guard_check(Context *context, bool *whole, Error *error)
{
    for (int i = 0; i < context->migration->pair_count; i++)
        if (!check_fingerprint(context, &context->migration->pairs[i], error))
            return false;
    return guard_capture(context, whole, error);
}
