/*
 * Collects the statements of the exchange from the generators, in the order in which they must run.
 * They are read with the parameters of the table's owner, as the texts of views and conditions once
 * were.
 */

#include "swap/exchange.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/dependents.h"
#include "model/pair.h"
#include "model/statement.h"
#include "phase/capture.h"
#include "sql/template.h"

enum
{
    BASE_MS = 50,
    MOVES_PER_SECOND = 1000 /* foreign keys, the slowest, each of which makes triggers */
};

static void
append_statements(Text *script, const StatementList *list)
{
    for (int i = 0; i < list->count; i++)
        text_printf(script, "%s;\n", list->items[i]);
}

static bool
append_generated(Context *context, Text *script, const Pair *pair, const char *name, Error *error)
{
    StatementList list;

    if (!pair_collect(context->control, context->arena, pair, &list, error, name, NULL))
        return false;
    append_statements(script, &list);
    return true;
}

static bool
append_kind(Context *context, Text *script, const Pair *pair, const char *kind, Error *error)
{
    const Result *result =
        pair_run(context->control, pair, error, "object_read", "kind", kind, NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        text_printf(script, "%s;\n", result_get(result, i, "statement"));
    return true;
}

/* Does away with items. */
static bool
append_later(Context *context, Text *script, const Pair *pair, json_t *items, Error *error)
{
    char *text = json_dumps(items, JSON_COMPACT);
    const char *statement =
        json_array_size(items) == 0
            ? ""
            : pair_render(context->arena, pair, error, "validate_create", "items", text, NULL);

    free(text);
    json_decref(items);
    text_append(script, statement == NULL ? "" : statement);
    return statement != NULL;
}

/* What hangs on live: taken off before the exchange, put on after it, validated after the commit;
 * and what must be locked for that. */
static bool
append_dependents(Context *context, Text *before, Text *after, const Pair *pair, const char *tower,
                  LockSet *locks, int *moves, Error *error)
{
    const char *earlier =
        pair->migration->live_is_blue ? NULL : description_to_json(context->arena, &pair->expected);
    const Result *result = dependents_read(
        context->control, context->arena, pair->live_oid, &pair->mapping,
        pair->migration->parameters.path, tower, pair_word(context->arena, pair, "standby_schema"),
        pair_word(context->arena, pair, "away_schema"), earlier, error);
    json_t *later;

    if (result == NULL)
        return false;
    later = json_array();
    for (int i = 0; i < result_rows(result); i++)
    {
        const char *stage = result_get(result, i, "stage");
        const char *statement = result_get(result, i, "statement");

        if (strcmp(stage, "lock") == 0)
            lockset_add(context, locks, statement, result_get(result, i, "relation"));
        else if (strcmp(stage, "before") == 0 || strcmp(stage, "after") == 0)
        {
            text_printf(strcmp(stage, "before") == 0 ? before : after, "%s;\n", statement);
            (*moves)++;
        }
        else
            json_array_append_new(later,
                                  json_pack("{s:s,s:s}", "stage", stage, "statement", statement));
    }
    return append_later(context, after, pair, later, error);
}

/* The capture of the other direction begins in the swap itself, so that there is no gap. */
static bool
append_capture(Context *context, Text *script, const Pair *next, Error *error)
{
    StatementList triggers;

    if (!next->has_mapping)
        return true;
    if (!capture_collect(context, next, &triggers, error))
        return false;
    append_statements(script, &triggers);
    return true;
}

bool
exchange_prepare(Context *context, const Pair *pair, const Pair *next, const char *tower,
                 LockSet *locks, Exchange *exchange, Error *error)
{
    const Migration *migration = context->migration;
    Text text = {0}, attach = {0};
    StatementList capture;
    const char *ours;
    bool ok =
        pair_collect(context->control, context->arena, pair, &capture, error, "capture_drop", NULL);

    exchange->moves = 0;
    if (ok)
    {
        text_append(&text, migration->parameters.local);
        append_statements(&text, &capture);
    }
    ok =
        ok && append_kind(context, &text, pair, "check", error) &&
        append_generated(context, &attach, pair, "identity_values", error) &&
        append_dependents(context, &text, &attach, pair, tower, locks, &exchange->moves, error) &&
        append_kind(context, &attach, pair,
                    arena_printf(context->arena, "foreign %s", migration->standby_colour), error) &&
        append_capture(context, &attach, next, error) &&
        append_generated(context, &text, pair, "exchange", error);
    text_append(&text, text_cstr(&attach));
    ours = template_render(context->arena, "parameters_ours", error, "scope", "LOCAL", NULL);
    if (ours != NULL)
        text_append(&text, ours);
    exchange->script = arena_strdup(context->arena, text_cstr(&text));
    text_clear(&text);
    text_clear(&attach);
    return ok && ours != NULL;
}

int64_t
exchange_cost(int moves)
{
    return BASE_MS + (int64_t)moves * 1000 / MOVES_PER_SECOND;
}
