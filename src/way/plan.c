/*
 * The plan: refusals, the shape on an empty copy, a rehearsal, what hangs on the table.
 */
#include "way/plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "model/dependents.h"
#include "model/rehearsal.h"
#include "swap/exchange.h"

static bool
collect_refusals(Context *context, const Table *table, RefusalList *list, Error *error)
{
    Arena *a = context->arena;

    if (!refusals_read(context->control, a, table->oid, context->settings->refresh_matviews,
                       context->settings->force_publication, list, error))
        return false;
    if (table->kind == 'r' && table->key_count == 0)
        refusals_add(
            a, list, "the table has no usable key",
            "rows could not be kept in sync without one: a primary key, or a valid unique "
            "index over NOT NULL columns, under their own collations, that is not partial, "
            "not on expressions and not deferrable",
            "Add one: CREATE UNIQUE INDEX CONCURRENTLY, and NOT NULL on its columns.");
    return true;
}

/* What plan and run say where PostgreSQL needs no rewrite. */
static bool
refuse_needless(const Plan *plan, Error *error)
{
    error_set(error, ERROR_REFUSED, "PostgreSQL makes this change to %s without rewriting it",
              plan->table.qualified);
    error_detail(error, "A plain ALTER TABLE holds its ACCESS EXCLUSIVE lock only for a moment.");
    return error_hint(error, "Run it with SET lock_timeout = '250ms' and try again if it fails; or "
                             "use --force-rewrite.");
}

static char *
hash_of(Arena *arena, const Plan *plan)
{
    const char *text = arena_printf(arena, "%s\n%s", plan->spec.json,
                                    description_to_json(arena, &plan->shape.live));
    Digest digest = digest_bytes(text, strlen(text));

    return arena_printf(arena, "%016" PRIx64 "%016" PRIx64, digest.high, digest.low);
}

/* What can be told of the swap from the new table, all of it at once. */
static bool
check_swap(Context *context, const Plan *plan, Error *error)
{
    Conn *conn = context->control;
    Arena *arena = context->arena;
    RefusalList list = {0};

    return (context->settings->force_publication ||
            refusals_read_sequences(conn, arena, plan->table.oid, plan->shape.green,
                                    &plan->shape.mapping, &list, error)) &&
           rehearsal_run(conn, arena, &plan->table, &plan->parameters, &plan->shape, &list,
                         error) &&
           refusals_check(&list, plan->table.qualified, error);
}

static const char trial_schema[] = "pgswap_0_green";

static bool
examine_shape(Context *context, Plan *plan, Error *error)
{
    Conn *conn = context->control;
    bool ok = statement_do(conn, error, "begin", NULL) &&
              shape_make(conn, context->arena, &plan->table, &plan->spec, &plan->parameters,
                         trial_schema, &plan->shape, error) &&
              check_swap(context, plan, error);

    statement_rollback(conn);
    return ok;
}

static void
warn_of_budget(Context *context, Plan *plan)
{
    int64_t budget = context->settings->max_lock_hold;
    Arena *arena = context->arena;

    if (plan->swap_ms > budget)
        notes_add(arena, &plan->shape.warnings,
                  arena_printf(arena,
                               "the swap may hold its lock for %" PRId64
                               " ms, as much hangs on the table: --max-lock-hold, now %" PRId64
                               " ms, should be longer",
                               plan->swap_ms, budget));
}

static const Result *
read_dependents(Context *context, const Plan *plan, const char *path, const char *tower,
                Error *error)
{
    return dependents_read(context->control, context->arena, plan->table.oid, &plan->shape.mapping,
                           path, tower, trial_schema, "pgswap_0_blue", NULL, error);
}

/* What hangs on the table: what will be done to it, and which other tables are locked for that. */
static bool
examine_swap(Context *context, Plan *plan, const char *tower, Error *error)
{
    Arena *arena = context->arena;
    const Result *result = read_dependents(context, plan, plan->parameters.path, tower, error);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
    {
        const char *stage = result_get(result, i, "stage");
        bool in_swap = strcmp(stage, "before") == 0 || strcmp(stage, "after") == 0;

        if (strcmp(stage, "lock") != 0)
            statement_list_add(arena, in_swap ? &plan->moves : &plan->settling,
                               result_get(result, i, "statement"));
        else if (strcmp(result_get(result, i, "relation"), plan->table.oid) != 0)
            statement_list_add(arena, &plan->others, result_get(result, i, "name"));
    }
    plan->swap_ms = exchange_cost(plan->moves.count);
    warn_of_budget(context, plan);
    return true;
}

/* Materialized views that are built before it, with the views between. */
static bool
examine_ahead(Context *context, Plan *plan, const char *path, Error *error)
{
    const Result *result = read_dependents(context, plan, path, TOWER_AHEAD, error);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        if (strcmp(result_get(result, i, "stage"), "ahead") == 0 ||
            strcmp(result_get(result, i, "stage"), "fill") == 0)
            statement_list_add(context->arena, &plan->ahead, result_get(result, i, "statement"));
    return true;
}

static bool
examine_dependents(Context *context, Plan *plan, Error *error)
{
    MatviewFacts facts;
    bool ahead;

    if (!matviews_look(context->control, context->arena, plan->table.oid, trial_schema,
                       plan->parameters.path, &facts, error))
        return false;
    ahead = facts.present && facts.obstacles.count == 0;
    return (!ahead || examine_ahead(context, plan, facts.printed, error)) &&
           examine_swap(context, plan, ahead ? TOWER_MOVED : TOWER_MADE, error);
}

/* A connection as the application may have one: without the options of ours. */
static Conn *
connect_plain(const Context *context, Error *error)
{
    ConnParams params = *context->control_params;
    const char **keywords, **values;
    size_t count = 0;
    Conn *conn;

    while (params.keywords[count] != NULL)
        count++;
    keywords = arena_alloc(context->arena, sizeof(char *) * (count + 2));
    values = arena_alloc(context->arena, sizeof(char *) * (count + 2));
    memcpy(keywords, params.keywords, sizeof(char *) * count);
    memcpy(values, params.values, sizeof(char *) * count);
    keywords[count] = "options";
    values[count] = " ";
    params.keywords = keywords;
    params.values = values;
    conn = await_connect(context->loop, &params, "plain", error);
    if (conn == NULL)
        error_context(error, "reading the parameters of a session without options");
    return conn;
}

/* The parameters that values of the table must agree with: those of a new session of its owner,
 * whatever this program's own connections were given (PGTZ, PGOPTIONS, options=). */
static bool
read_parameters(const Context *context, Plan *plan, Error *error)
{
    Conn *plain = NULL;
    char *json;
    bool ok;

    if (conn_has_options(context->control))
    {
        plain = connect_plain(context, error);
        if (plain == NULL)
            return false;
    }
    ok = parameters_read(plain != NULL ? plain : context->control, context->arena, plan->table.oid,
                         &json, error);
    conn_close(plain);
    return ok && parameters_take(context->control, context->arena, json, &plan->parameters, error);
}

bool
plan_examine(Context *context, const char *name, const Spec *spec, Plan *plan, Error *error)
{
    RefusalList refusals = {0};

    *plan = (Plan){.spec = *spec};
    if (!table_find(context->control, context->arena, name, &plan->table, error) ||
        !collect_refusals(context, &plan->table, &refusals, error) ||
        !refusals_check(&refusals, plan->table.qualified, error) ||
        !read_parameters(context, plan, error) || !examine_shape(context, plan, error) ||
        !examine_dependents(context, plan, error))
        return false;
    plan->hash = hash_of(context->arena, plan);
    return plan->shape.rewrites || spec->map_count > 0 || context->settings->force_rewrite ||
           refuse_needless(plan, error);
}
