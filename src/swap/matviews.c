/*
 * Materialized views are built over standby, with the views between, before the swap moves them:
 * in one transaction that applies all pending keys first, so that standby is what live is in its
 * snapshot, and they show what a REFRESH at that moment would have given.
 */
#include "swap/matviews.h"

#include <string.h>

#include "model/dependents.h"
#include "model/pair.h"
#include "model/refusals.h"
#include "model/statement.h"
#include "tool/keys.h"
#include "ui/log.h"
#include "ui/progress.h"

bool
matviews_drop(Context *context, const Pair *pair, Error *error)
{
    return pair_generate(context->control, pair, error, "matviews_drop", NULL);
}

/* Under which search_path texts are printed, and read back; *can is false where something is in the
 * way or no view is materialized. */
static bool
read_paths(Context *context, const Pair *pair, bool *can, char **printed, char **read, Error *error)
{
    MatviewFacts facts;

    if (!matviews_look(context->control, context->arena, pair->live_oid,
                       pair_word(context->arena, pair, "standby_schema"),
                       context->migration->parameters.path, &facts, error))
        return false;
    *can = facts.present && facts.obstacles.count == 0;
    *printed = facts.printed;
    *read = facts.read;
    if (facts.obstacles.count > 0)
        log_info("materialized views are refreshed after the swap: %s: %s",
                 facts.obstacles.items[0].what, facts.obstacles.items[0].why);
    return true;
}

static bool
collect_matviews(Context *context, const Pair *pair, const char *printed, StatementList *build,
                 StatementList *fill, Error *error)
{
    const Result *result =
        dependents_read(context->control, context->arena, pair->live_oid, &pair->mapping, printed,
                        TOWER_AHEAD, pair_word(context->arena, pair, "standby_schema"),
                        pair_word(context->arena, pair, "away_schema"), NULL, error);

    if (result == NULL)
        return false;
    *build = *fill = (StatementList){0};
    for (int i = 0; i < result_rows(result); i++)
    {
        const char *stage = result_get(result, i, "stage");

        if (strcmp(stage, "ahead") == 0 || strcmp(stage, "fill") == 0)
            statement_list_add(context->arena, strcmp(stage, "fill") == 0 ? fill : build,
                               result_get(result, i, "statement"));
    }
    return true;
}

/* That they stand over standby is what the search_path has made of their texts; it is looked at. */
static bool
check_astray(Context *context, const Pair *pair, Error *error)
{
    const Result *result = pair_run(context->control, pair, error, "matviews_astray", NULL);

    if (result == NULL || result_rows(result) == 0)
        return result != NULL;
    error_set(error, ERROR_FAULT, "view %s was built over %s instead of the new table",
              result_get(result, 0, "view"), pair->live);
    return error_hint(error, "Please report this; nothing was changed.");
}

/* Values are computed with the owner's search_path, though texts are read with another. */
static bool
build_matviews(Context *context, const Pair *pair, const char *printed, const char *read,
               Error *error)
{
    const Parameters *parameters = &context->migration->parameters;
    StatementList made, filled;
    int64_t applied;

    return context_begin_snapshot(context, pair, error) &&
           keys_apply(context, pair, &applied, error) &&
           parameters_leave(context->control, error) &&
           collect_matviews(context, pair, printed, &made, &filled, error) &&
           parameters_use(parameters, context->control, error) &&
           statement_do(context->control, error, "rehearsal_read", "path", read, NULL) &&
           statement_list_run(context->control, &made, error) &&
           parameters_use_path(parameters, context->control, error) &&
           statement_list_run(context->control, &filled, error) &&
           parameters_leave(context->control, error) && check_astray(context, pair, error) &&
           pair_do(context->control, pair, error, "lease_check", NULL) &&
           statement_do(context->control, error, "commit", NULL);
}

bool
matviews_build(Context *context, const Pair *pair, bool *built, Error *error)
{
    const char *doing = context->doing;
    char *printed, *read;
    bool ok;

    *built = false;
    if (!matviews_drop(context, pair, error) ||
        !read_paths(context, pair, built, &printed, &read, error) || !*built)
        return error->kind == ERROR_NONE;
    progress_show("swap", 0, 0, "", "building materialized views");
    context->doing = "building materialized views";
    ok = build_matviews(context, pair, printed, read, error);
    if (!ok)
        statement_rollback(context->control);
    progress_end();
    context->doing = ok ? doing : context->doing;
    return ok ? context_pause_at(context, context->control, "matviews-built", error)
              : error_context(error, "building materialized views over the new table");
}
