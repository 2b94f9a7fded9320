/*
 * One attempt at the swap: as close as one can come without a lock, then lock, drain, exchange,
 * compare, commit, in one short transaction.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "model/description.h"
#include "model/pair.h"
#include "model/statement.h"
#include "swap/serializable.h"
#include "swap_private.h"
#include "tool/budget.h"
#include "tool/dual.h"
#include "tool/guard.h"
#include "ui/log.h"

enum
{
    ROUNDS = 8,      /* to come close to live before the lock is asked for */
    LONG_AGO = 5000, /* ms */
    LOGGED_MAX = 4,  /* attempts that give way to changes in the log before it is drained again */
    CUT_MAX = 2      /* exchanges that --max-lock-hold ends before the run does */
};

static int64_t
greatest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* --- under the lock ----------------------------------------------------------------------- */

/* The table that is live now is what was planned; anything else rolls back.  That live is as it was
 * is known, so what differs is a fault of ours, unless somebody has altered our own table. */
static bool
compare_outcome(Context *context, const Pair *pair, const Description *known, Error *error)
{
    if (description_require(context->control, pair->standby_oid, pair->schema, known,
                            &pair->expected, DESCRIPTION_OUTCOME, error,
                            "the swap of %s did not come out as planned and was undone",
                            pair->live))
        return true;
    if (error->kind != ERROR_CHANGED)
        return false;
    error->kind = ERROR_FAULT;
    return error_hint(error,
                      "If nobody has altered %s, which pgswap made, please report this. "
                      "\"pgswap %s\" ends the migration, and %s stays as it is.",
                      pair->standby, journal_end(pair->migration), pair->live);
}

static bool
exchange(Swap *swap, Error *error)
{
    Context *context = swap->context;

    swap->is_exchanging = true;
    for_each_part (part, swap)
        if (!statement_script_run(context->control, part->exchange.script, error))
            return error_context(error, "exchanging %s", part->pair->live);
    for_each_part (part, swap)
        if (!compare_outcome(context, part->pair, &part->known, error))
            return false;
    return true;
}

/* After a revert blue is live again and green in sync: ready for another swap. */
static Phase
swapped_phase(const Migration *migration)
{
    return migration->live_is_blue ? PHASE_SWAPPED : PHASE_READY;
}

/* Whoever takes a snapshot after the last look and before the end of COMMIT is not seen, so nothing
 * else comes between them. */
static bool
move_and_commit(Swap *swap, Error *error)
{
    Context *context = swap->context;
    Migration *migration = context->migration;
    Phase from = migration->phase;

    if (journal_move(context->control, migration, swapped_phase(migration), error) &&
        (swap->drain.keys == 0 || snapshots_check(swap->snapshots, context, error)) &&
        statement_do(context->control, error, "commit", NULL))
        return true;
    migration->phase = from;
    return false;
}

static bool
swap_locked(Swap *swap, Error *error)
{
    Context *context = swap->context;
    Migration *migration = context->migration;

    if (!drain_run(context, &swap->drain, error))
        return false;
    if (swap->drain.keys > 0 && !snapshots_check(swap->snapshots, context, error))
        return false;
    return conditions_check(swap, error) &&
           statement_do(context->control, error, "swap_reset", "migration", migration->id_text,
                        "live", migration->live_colour, "standby", migration->standby_colour,
                        NULL) &&
           exchange(swap, error) && conditions_record(swap, error) &&
           statement_do(context->control, error, "swap_record", "live", migration->standby_colour,
                        "rows_drained", number(swap->drain.keys).text, "migration",
                        migration->id_text, NULL) &&
           context_pause_at(context, context->control, "swap-commit", error) &&
           move_and_commit(swap, error);
}

/* An exchange that takes longer than it may is no matter of waiting. */
static bool
refuse_long_exchange(Swap *swap, Error *error)
{
    int64_t held = swap->context->settings->max_lock_hold, needed = 0;

    if (!swap->is_exchanging || ++swap->cut_exchanges < CUT_MAX)
        return error_context(error, "at --max-lock-hold");
    for_each_part (part, swap)
        needed += exchange_cost(part->exchange.moves);
    error_clear(error);
    error_set(error, ERROR_LIMIT,
              "the exchange of %s takes longer than --max-lock-hold (%" PRId64 " ms)",
              swap->context->migration->label, held);
    error_detail(error,
                 "%d attempts had all their locks, were cancelled in the exchange and rolled "
                 "back.",
                 CUT_MAX);
    return error_hint(error,
                      "Nothing is lost: run the same command again with --max-lock-hold=%" PRId64
                      "ms or longer, when the application can wait that long.",
                      greatest(needed, 2 * held));
}

/* From the first lock to the end everything together has --max-lock-hold, see lockset_take(). */
static bool
attempt_locked(Swap *swap, Error *error)
{
    Context *context = swap->context;
    bool ok;

    swap->is_exchanging = false;
    ok = polite_begin(context, swap->locks.relations, error) &&
         drain_check_small(context, &swap->drain, error) &&
         lockset_take(context, &swap->locks, error) && serializable_check(context, error) &&
         context_pause_at(context, context->control, "swap-locked", error) &&
         swap_locked(swap, error);
    budget_end(context);
    return ok || (budget_is_over(error) && refuse_long_exchange(swap, error));
}

/* --- outside it --------------------------------------------------------------------------- */

/* What takes long is read before the lock, and proven under it by the rows it was made of. */
static bool
know_standby(Swap *swap, Error *error)
{
    Context *context = swap->context;

    for_each_part (part, swap)
    {
        const Pair *pair = part->pair;

        if (!description_read(context->control, swap->scratch, pair->standby_oid,
                              pair_word(swap->scratch, pair, "standby_schema"), pair->schema, NULL,
                              &part->known, error))
            return false;
    }
    return true;
}

/* Applies what is pending, compares live with its description, and waits for the snapshots that are
 * older than that, until little has come meanwhile and none of it is long ago; or nothing at all,
 * while capture writes both tables: then every snapshot that is alive sees them equal. */
static bool
come_close(Swap *swap, Error *error)
{
    Context *context = swap->context;

    for (int round = 0; round < ROUNDS; round++)
    {
        int64_t started;
        bool little;

        if (!drain_ahead(context, error) || !conditions_look(swap, error))
            return false;
        started = clock_ms();
        if (!snapshots_wait(swap->snapshots, context, swap->task.until, error) ||
            !drain_look(context, &little, error))
            return false;
        if (little && context->writes_both)
            return drain_prove_ahead(context, error);
        if (little && clock_ms() - started < LONG_AGO)
            return true;
        if (!context_may_go_on(context, error))
            return false;
    }
    return true;
}

/* What the attempt imposed on the application, at most: from asking for the lock to letting go.  It
 * goes to the summary, and to the state as far as that can be reached. */
static void
note_attempt(Swap *swap, const Error *failure)
{
    Context *context = swap->context;
    Summary *summary = &context->summary;
    const LockSet *locks = &swap->locks;
    int64_t now = clock_us(), waiters, longest_ms;
    bool watched = watch_take(swap->watch, &waiters, &longest_ms);
    Error ignored = ERROR_INIT;
    char held[32], waited[32];

    swap->task.imposed = locks->asked_at > 0 ? (now - locks->asked_at) / 1000 : 0;
    summary->lock_held_us = locks->locked_at > 0 ? now - locks->locked_at : 0;
    summary->lock_wait_us = locks->waited;
    summary->rows_drained = swap->drain.keys;
    summary->longest_wait_ms = greatest(summary->longest_wait_ms, swap->task.imposed);
    summary->unwatched = !watched;
    summary->waiters = greatest(summary->waiters, waiters);
    summary->waiters_longest_ms = greatest(summary->waiters_longest_ms, longest_ms);
    if (failure != NULL)
        statement_rollback(context->control);
    snprintf(held, sizeof(held), "%.1f", (double)summary->lock_held_us / 1000);
    snprintf(waited, sizeof(waited), "%.1f", (double)locks->waited / 1000);
    (void)!statement_do(
        context->control, &ignored, "swap_note", "migration", context->migration->id_text,
        "attempt", number(summary->swap_attempts).text, "failure",
        failure != NULL ? failure->message : NULL, "lock_wait_ms", waited, "lock_held_ms", held,
        "waiters", watched ? number(waiters).text : NULL, "waiters_longest_ms",
        watched ? number(longest_ms).text : NULL, "rows_drained", number(swap->drain.keys).text,
        "longest_wait_ms", number(summary->longest_wait_ms).text, "most_waiters",
        watched ? number(summary->waiters).text : NULL, "most_waiters_ms",
        watched ? number(summary->waiters_longest_ms).text : NULL, NULL);
    error_clear(&ignored);
}

/* Where writes keep coming to the change log (data that does not fit, mass updates without a pause)
 * the last of them are applied under the lock. */
static bool
dual_write(Swap *swap, Error *error)
{
    Context *context = swap->context;

    if (drain_failures(&swap->drain) < LOGGED_MAX)
        return dual_begin(context, error);
    if (context->writes_both)
        log_note("changes to %s keep coming to the change log; the last of them are applied under "
                 "the lock",
                 context->migration->label);
    return dual_end(context, error);
}

bool
attempt_make(Context *context, void *data, Error *error)
{
    Swap *swap = data;
    bool ok;

    lockset_reset(&swap->locks);
    swap->drain.keys = 0;
    swap->scratch = arena_new();
    context->summary.swap_attempts++;
    ok = guard_tables(context, error) && conditions_ensure_known(swap, error) &&
         polite_make_way(context, swap->locks.relations, error) && know_standby(swap, error) &&
         dual_write(swap, error) && come_close(swap, error) &&
         context_pause_at(context, context->control, "swap-close", error) &&
         serializable_wait(context, swap->task.until, error) && attempt_locked(swap, error);
    if (ok)
    {
        context->summary.keys_proven += swap->drain.keys;
        context->writes_both = false;
    }
    note_attempt(swap, ok ? NULL : error);
    arena_free(swap->scratch);
    return ok;
}
