/*
 * The swap: lock, drain, exchange, compare, commit, in one short transaction.  Every failed attempt
 * leaves all as it was: live untouched, capture on.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/fingerprint.h"
#include "model/statement.h"
#include "phase/pending.h"
#include "phase/phases.h"
#include "phase/polite.h"
#include "sql/template.h"

enum
{
    DRAIN_FACTOR = 10 /* so many times drain_keys may have come while we waited for the lock */
};

typedef struct Swap
{
    Context *context;
    Migration after; /* the migration as it will be, with the roles exchanged */
    char **scripts; /* of each pair: everything between drain and comparison, as one text */
    StatementList others; /* names of the other tables to lock */
    char *relations;      /* OIDs of all tables to lock */
    int64_t locked_at; /* us; 0 while no lock is held */
    int64_t drained;
} Swap;

/* --- what can be prepared before any lock ------------------------------------------------- */

static void
append_statements(Text *script, const StatementList *list)
{
    for (int i = 0; i < list->count; i++)
        text_printf(script, "%s;\n", list->items[i]);
}

static bool
append_generated(Context *context, Text *script, const Pair *pair, const char *name, bool mapped,
                 Error *error)
{
    StatementList list;

    if (!(mapped ? statement_collect(context->control, context->arena, &list, error, name,
                                     "mapped", mapping_rows(context->arena, &pair->mapping),
                                     "live", pair->live_oid, "standby", pair->standby_oid, "away",
                                     pair->away_schema, "home", pair->schema, NULL)
                 : statement_collect(context->control, context->arena, &list, error, name, "live",
                                     pair->live_oid, "standby", pair->standby_oid, "away",
                                     pair->away_schema, "home", pair->schema, NULL)))
        return false;
    append_statements(script, &list);
    return true;
}

static bool
append_kind(Context *context, Text *script, const Pair *pair, const char *kind, Error *error)
{
    const Result *result =
        statement_run(context->control, error, "object_read", "migration",
                      pair->migration->id_text, "pair", number(pair->number).text, "kind", kind,
                      NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
        text_printf(script, "%s;\n", result_get(result, i, "statement"));
    return true;
}

/* Sequences owned by live's columns: released before the exchange, attached after it. */
static bool
append_sequences(Context *context, Text *release, Text *attach, const Pair *pair, Error *error)
{
    const Result *result =
        statement_run(context->control, error, "owned_sequences", "live", pair->live_oid, "home",
                      pair->live, "mapped", mapping_rows(context->arena, &pair->mapping), NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
    {
        if (result_get_bool(result, i, "stays"))
            continue;
        text_printf(release, "%s;\n", result_get(result, i, "release"));
        text_printf(attach, "%s;\n", result_get(result, i, "attach"));
    }
    return true;
}

/* What hangs on live: taken off before the exchange, put on after it, validated after the commit. */
static bool
append_dependents(Context *context, Text *before, Text *after, const Pair *pair, Error *error)
{
    const Result *result =
        statement_run(context->control, error, "dependents", "live", pair->live_oid, "mapped",
                      mapping_rows(context->arena, &pair->mapping), "dropped",
                      pair->mapping.dropped, NULL);

    if (result == NULL)
        return false;
    for (int i = 0; i < result_rows(result); i++)
    {
        const char *stage = result_get(result, i, "stage");
        const char *statement = result_get(result, i, "statement");
        const char *later;

        if (strcmp(stage, "validate") != 0)
        {
            text_printf(strcmp(stage, "before") == 0 ? before : after, "%s;\n", statement);
            continue;
        }
        later = template_render(context->arena, "validate_create", error, "migration",
                                pair->migration->id_text, "pair", number(pair->number).text,
                                "statement", statement, "colour",
                                pair->migration->standby_colour, NULL);
        if (later == NULL)
            return false;
        text_append(after, later);
    }
    return true;
}

/* The capture of the other direction begins in the swap itself, so that there is no gap. */
static bool
append_capture(Swap *swap, Text *script, const Pair *pair, Error *error)
{
    const Pair *next = &swap->after.pairs[pair - pair->migration->pairs];
    StatementList triggers;

    if (!next->has_mapping)
        return true;
    if (!capture_collect(swap->context, next, &triggers, error))
        return false;
    append_statements(script, &triggers);
    return true;
}

static bool
prepare_pair(Swap *swap, const Pair *pair, char **script, Error *error)
{
    Context *context = swap->context;
    const Migration *migration = context->migration;
    Text text = {0}, attach = {0};
    StatementList capture;
    bool ok =
        statement_collect(context->control, context->arena, &capture, error, "capture_drop",
                          "trigger", pair->trigger, "relations", pair->live_oid, NULL);

    if (ok)
        append_statements(&text, &capture);
    ok = ok && append_kind(context, &text, pair, "check", error) &&
         append_sequences(context, &text, &attach, pair, error) &&
         append_generated(context, &attach, pair, "identity_values", true, error) &&
         append_dependents(context, &text, &attach, pair, error) &&
         append_kind(context, &attach, pair,
                     arena_printf(context->arena, "foreign %s", migration->standby_colour),
                     error) &&
         append_capture(swap, &attach, pair, error) &&
         append_generated(context, &text, pair, "exchange", false, error);
    text_append(&text, text_cstr(&attach));
    *script = arena_strdup(context->arena, text_cstr(&text));
    text_clear(&text);
    text_clear(&attach);
    return ok;
}

/* --- under the lock ----------------------------------------------------------------------- */

static bool
lock_exclusive(Swap *swap, const char *table, int64_t asked, Error *error)
{
    Context *context = swap->context;
    bool ok = statement_do(context->control, error, "lock_exclusive", "table", table,
                           "lock_timeout", number(context->settings->lock_timeout).text, NULL);
    int64_t waited = clock_ms() - asked;

    if (waited > context->summary.longest_wait_ms)
        context->summary.longest_wait_ms = waited;
    if (ok && swap->locked_at == 0)
        swap->locked_at = clock_us();
    return ok;
}

/* First live of every pair, then the tables at the other end of foreign keys, by OID. */
static bool
lock_tables(Swap *swap, Error *error)
{
    Context *context = swap->context;
    const Migration *migration = context->migration;
    int64_t asked;

    for (int i = 0; i < migration->pair_count; i++)
        if (!statement_do(context->control, error, "lock_share_update", "table",
                          migration->pairs[i].live, NULL))
            return false;
    asked = clock_ms();
    for (int i = 0; i < migration->pair_count; i++)
        if (!lock_exclusive(swap, migration->pairs[i].live, asked, error))
            return false;
    for (int i = 0; i < swap->others.count; i++)
    {
        /* all locks together stay below deadlock_timeout: we are the one to give way */
        if (clock_us() - swap->locked_at > context->settings->max_lock_hold * 1000)
            return error_set(error, ERROR_LOCK, "the locks took too long");
        if (!lock_exclusive(swap, swap->others.items[i], clock_ms(), error))
            return false;
    }
    return true;
}

static bool
drain_pair(Swap *swap, const Pair *pair, Error *error)
{
    Context *context = swap->context;
    int64_t backlog, applied;

    if (!pending_count(context, pair, &backlog, error))
        return false;
    if (backlog > context->settings->drain_keys * DRAIN_FACTOR)
        return error_set(error, ERROR_LOCK, "%" PRId64 " keys came while waiting for the lock",
                         backlog);
    if (!pending_apply_here(context, pair, &applied, error) ||
        !pending_count(context, pair, &backlog, error))
        return false;
    swap->drained += applied;
    return backlog == 0 ||
           error_set(error, ERROR_FAULT, "the change log is not empty after the drain");
}

static bool
check_conditions(Context *context, Error *error)
{
    bool whole;
    const Result *result;

    if (!guard_check(context, &whole, error))
        return false;
    if (!whole)
        return error_set(error, ERROR_CHANGED, "the capture triggers were dropped or switched off");
    result = statement_run(context->control, error, "swap_conditions", "migration",
                           context->migration->id_text, NULL);
    if (result == NULL)
        return false;
    if (context->migration->live_is_blue && !result_get_bool(result, 0, "proved"))
        return error_set(error, ERROR_PARITY, "the last parity pass was not clean");
    return !result_get_bool(result, 0, "paused") ||
           error_set(error, ERROR_LOCK, "the migration is paused");
}

/* The table that is live now is what was planned; anything else rolls back. */
static bool
compare_outcome(Context *context, const Pair *pair, Error *error)
{
    Description now;
    Arena *arena = arena_new();
    char *difference = NULL;
    bool ok = description_read(context->control, arena, pair->standby_oid, pair->schema,
                               pair->schema, &now, error);

    if (ok)
        difference = description_compare(arena, &pair->expected, &now, DESCRIPTION_ALL);
    if (difference != NULL)
    {
        ok = error_set(error, ERROR_CHANGED,
                       "the swap of %s did not come out as planned and was undone", pair->live);
        error_detail(error, "%s", difference);
    }
    arena_free(arena);
    return ok;
}

static bool
exchange(Swap *swap, Error *error)
{
    Context *context = swap->context;
    const Migration *migration = context->migration;

    for (int i = 0; i < migration->pair_count; i++)
        if (await_query(context->control, swap->scripts[i], error) == NULL)
            return error_context(error, "exchanging %s", migration->pairs[i].live);
    for (int i = 0; i < migration->pair_count; i++)
        if (!compare_outcome(context, &migration->pairs[i], error))
            return false;
    return true;
}

/* After a revert blue is live again and green in sync: ready for another swap. */
static Phase
swapped_phase(const Migration *migration)
{
    return migration->live_is_blue ? PHASE_SWAPPED : PHASE_READY;
}

static bool
swap_locked(Swap *swap, Error *error)
{
    Context *context = swap->context;
    Migration *migration = context->migration;
    Phase phase = migration->phase;

    for (int i = 0; i < migration->pair_count; i++)
        if (!drain_pair(swap, &migration->pairs[i], error))
            return false;
    if (!check_conditions(context, error) ||
        !statement_do(context->control, error, "swap_reset", "migration", migration->id_text,
                      NULL) ||
        !exchange(swap, error) ||
        !statement_do(context->control, error, "swap_record", "live", migration->standby_colour,
                      "rows_drained", number(swap->drained).text, "migration", migration->id_text,
                      NULL))
        return false;
    if (journal_move(context->control, migration, swapped_phase(migration), error) &&
        statement_do(context->control, error, "commit", NULL))
        return true;
    migration->phase = phase;
    return false;
}

/* The budget holds for every statement of the attempt once the lock is there. */
static bool
attempt(Context *context, void *data, Error *error)
{
    Swap *swap = data;
    bool ok;

    swap->locked_at = 0;
    swap->drained = 0;
    context->summary.swap_attempts++;
    if (!statement_do(context->control, error, "begin", NULL) || !lock_tables(swap, error) ||
        !context_pause_at(context, context->control, "swap-locked", error))
        return false;
    conn_set_deadline(context->control, context->settings->max_lock_hold);
    ok = swap_locked(swap, error);
    conn_set_deadline(context->control, 0);
    context->summary.lock_held_us = clock_us() - swap->locked_at;
    context->summary.rows_drained = swap->drained;
    return ok;
}

static bool
note_attempts(Context *context, Error *error)
{
    const Summary *summary = &context->summary;
    char held[32];

    snprintf(held, sizeof(held), "%.1f", (double) summary->lock_held_us / 1000);
    return statement_do(context->control, error, "swap_note", "migration",
                        context->migration->id_text, "attempts",
                        number(summary->swap_attempts).text, "lock_held_ms", held,
                        "longest_wait_ms", number(summary->longest_wait_ms).text, NULL);
}

/* Between attempts the migration stays in sync, and status knows. */
static bool
between(Context *context, void *data, Error *error)
{
    (void) data;
    return note_attempts(context, error) && pending_catch_up(context, error);
}

/* A swap wants a clean parity pass since the roles were last exchanged; a way back does not wait
 * for one. */
static bool
ensure_proved(Context *context, Error *error)
{
    const Result *result;

    if (!context->migration->live_is_blue)
        return true;
    result = statement_run(context->control, error, "swap_conditions", "migration",
                           context->migration->id_text, NULL);
    if (result == NULL)
        return false;
    if (result_get_bool(result, 0, "proved"))
        return true;
    return pending_catch_up(context, error) && parity_check(context, error);
}

/* Which other tables are concerned, at whatever end of a foreign key. */
static bool
find_others(Swap *swap, Error *error)
{
    Context *context = swap->context;
    const Migration *migration = context->migration;
    Text relations = {0};

    for (int i = 0; i < migration->pair_count; i++)
    {
        const Result *result = statement_run(context->control, error, "swap_locks", "live",
                                             migration->pairs[i].live_oid, NULL);

        text_append_item(&relations, migration->pairs[i].live_oid);
        if (result == NULL)
            break;
        swap->others.items =
            arena_alloc(context->arena, sizeof(char *) * (size_t) (result_rows(result) + 1));
        swap->others.count = result_rows(result);
        for (int j = 0; j < swap->others.count; j++)
        {
            swap->others.items[j] = arena_strdup(context->arena, result_get(result, j, "name"));
            text_append_item(&relations, result_get(result, j, "oid"));
        }
    }
    swap->relations = arena_strdup(context->arena, text_cstr(&relations));
    text_clear(&relations);
    return error->kind == ERROR_NONE;
}

bool
swap_run(Context *context, Error *error)
{
    Migration *migration = context->migration;
    Swap swap = {.context = context};
    PoliteTask task = {.what = "to swap",
                       .deadline = context->settings->swap_deadline,
                       .attempt = attempt,
                       .between = between,
                       .data = &swap};

    if (!journal_flip(context->control, context->arena, migration, &swap.after, error) ||
        !capture_make_logs(context, &swap.after, error) || !ensure_proved(context, error))
        return false;
    swap.scripts = arena_alloc(context->arena, sizeof(char *) * (size_t) migration->pair_count);
    for (int i = 0; i < migration->pair_count; i++)
        if (!prepare_pair(&swap, &migration->pairs[i], &swap.scripts[i], error))
            return error_context(error, "preparing the swap");
    if (!find_others(&swap, error))
        return false;
    task.relations = swap.relations;
    return pending_catch_up(context, error) &&
           context_pause_at(context, context->control, "before-swap", error) &&
           polite_run(context, &task, error) && note_attempts(context, error) &&
           journal_reload(context->control, context->arena, migration, error);
}
