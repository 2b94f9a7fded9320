/*
 * The swap: everything is prepared, then attempts are made until one goes through.  Every failed
 * attempt leaves all as it was: live untouched, capture on.
 */
#include "swap/swap.h"

#include "model/dependents.h"
#include "model/pair.h"
#include "model/statement.h"
#include "phase/capture.h"
#include "phase/parity.h"
#include "phase/settle.h"
#include "swap/matviews.h"
#include "swap_private.h"
#include "tool/baddata.h"
#include "tool/hook.h"
#include "tool/pending.h"

/* Between attempts the migration stays in sync. */
static bool
swap_between(Context *context, void *data, Error *error)
{
    (void)data;
    return pending_catch_up(context, error);
}

/* A swap wants a clean parity pass since the roles were last exchanged; a way back wants one only
 * after a pass that was not clean. */
static bool
ensure_proven(Context *context, Error *error)
{
    const Result *result = statement_run(context->control, error, "swap_conditions", "migration",
                                         context->migration->id_text, NULL);

    if (result == NULL)
        return false;
    return result_get_bool(result, 0, "proven") || parity_check(context, error);
}

static bool
make_bounds(Context *context, Error *error)
{
    const Parameters *parameters = &context->migration->parameters;

    for_each_pair (pair, context->migration)
        if (!pair_generate(context->control, pair, error, "partition_bound", "parameters",
                           parameters->local, "path", parameters->path, NULL))
            return false;
    return true;
}

/* All or nothing: a crash must not leave a log without its functions. */
static bool
make_logs(Swap *swap, Error *error)
{
    Context *context = swap->context;

    if (statement_do(context->control, error, "begin", NULL) &&
        capture_make_logs(context, &swap->after, error) && make_bounds(context, error) &&
        statement_do(context->control, error, "commit", NULL))
        return true;
    statement_rollback(context->control);
    return false;
}

static bool
prepare_part(Swap *swap, Part *part, Error *error)
{
    Context *context = swap->context;
    bool built;

    return matviews_build(context, part->pair, &built, error) &&
           exchange_prepare(context, part->pair, part->after, built ? TOWER_MOVED : TOWER_MADE,
                            &swap->locks, &part->exchange, error);
}

/* Both migrations have the same pairs in the same order. */
static void
make_parts(Swap *swap)
{
    Context *context = swap->context;
    const Pair *after = swap->after.pairs;
    Part *part = arena_alloc(context->arena, sizeof(Part) * (size_t)swap->after.pair_count);

    swap->parts = part;
    for_each_pair (pair, context->migration)
    {
        *part = (Part){.pair = pair, .after = after};
        part++;
        after++;
    }
}

static bool
prepare_swap(Swap *swap, Error *error)
{
    Context *context = swap->context;

    if (!settle_before_swap(context, error) ||
        !journal_flip(context->control, context->arena, context->migration, &swap->after, error) ||
        !make_logs(swap, error) || !ensure_proven(context, error) ||
        !lockset_init(context, &swap->locks, error))
        return false;
    make_parts(swap);
    for_each_part (part, swap)
        if (!prepare_part(swap, part, error))
            return error_context(error, "preparing the swap");
    swap->snapshots = snapshots_new(context->arena);
    return pending_catch_up(context, error) &&
           context_pause_at(context, context->control, "before-swap", error) &&
           context_may_go_on(context, error) &&
           hook_run(context, "before-swap", context->settings->hook_before_swap, error);
}

static bool
swap_watched(Swap *swap, Error *error)
{
    Context *context = swap->context;

    swap->task = (PoliteTask){.what = "swap",
                              .relations = swap->locks.relations,
                              .deadline = context->settings->swap_deadline,
                              .attempt = attempt_make,
                              .between = swap_between,
                              .data = swap};
    return polite_run(context, &swap->task, error);
}

bool
swap_patience(Context *context, Error *error)
{
    return context_set_patience(context, context->settings->swap_deadline, error);
}

bool
swap_run(Context *context, Error *error)
{
    Swap swap = {.context = context};
    bool ok;

    if (!swap_patience(context, error) || !prepare_swap(&swap, error))
        return false;
    swap.watch = watch_open(context, error);
    if (swap.watch == NULL)
        return false;
    ok = swap_watched(&swap, error);
    for_each_pair (pair, context->migration)
        if (!ok && error->key == NULL)
            baddata_in_pending(context, pair, error);
    watch_close(swap.watch);
    return ok && journal_reload(context->control, context->arena, context->migration, error);
}
