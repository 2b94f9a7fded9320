/*
 * The swap: lock, drain, exchange, compare, commit, in one short transaction.  Every failed attempt
 * leaves all as it was: live untouched, capture on.
 */
#include "swap/swap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/dependents.h"
#include "model/fingerprint.h"
#include "model/pair.h"
#include "model/statement.h"
#include "phase/capture.h"
#include "phase/parity.h"
#include "phase/settle.h"
#include "swap/drain.h"
#include "swap/exchange.h"
#include "swap/lockset.h"
#include "swap/matviews.h"
#include "swap/snapshots.h"
#include "swap/watch.h"
#include "tool/baddata.h"
#include "tool/guard.h"
#include "tool/hook.h"
#include "tool/pending.h"
#include "tool/polite.h"
#include "tool/proof.h"
#include "ui/log.h"

enum
{
    ROUNDS = 8,      /* to come close to live before the lock is asked for */
    LONG_AGO = 5000, /* ms */
    CUT_MAX = 2      /* exchanges that --max-lock-hold ends before the run does */
};

/* Of each pair. */
typedef struct Part
{
    const Pair *pair;
    const Pair *after; /* as it will be, with the roles exchanged */
    Exchange exchange; /* everything between drain and comparison */
    char *marks;       /* of live, as it was when its description was checked */
    char *known;       /* of standby: texts of its description that take long to print */
} Part;

#define for_each_part(part, swap)                                                                  \
    for (Part *part = (swap)->parts; part < (swap)->parts + (swap)->after.pair_count; part++)

typedef struct Swap
{
    Context *context;
    Migration after; /* the migration as it will be */
    Part *parts;
    LockSet locks;
    bool is_exchanging; /* the attempt has its locks, and nothing to wait for */
    int cut_exchanges;  /* attempts that ended there, at --max-lock-hold */
    Arena *scratch;     /* of one attempt */
    Snapshots *snapshots;
    Watch *watch;
    PoliteTask task;
    Drain drain;
} Swap;

/* --- under the lock ----------------------------------------------------------------------- */

static int64_t
greatest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool
read_live_marks(Swap *swap, const Part *part, char **marks, Error *error)
{
    const Result *result = pair_run(swap->context->control, part->pair, error, "live_marks", NULL);

    if (result == NULL)
        return false;
    *marks = arena_strdup(swap->scratch, result_get(result, 0, "marks"));
    return true;
}

static bool
require_capture(Context *context, Error *error)
{
    bool whole;

    return guard_capture(context, &whole, error) &&
           (whole || guard_capture_is_lost(context, error));
}

/* Compares live with its description while readers and writers go on; the marks tell under the lock
 * whether that still holds. */
static bool
check_live(Swap *swap, Error *error)
{
    Context *context = swap->context;
    bool whole;

    for_each_part (part, swap)
        if (!read_live_marks(swap, part, &part->marks, error))
            return false;
    return guard_check(context, &whole, error) && (whole || guard_capture_is_lost(context, error));
}

/* What takes long is read before the lock, and proven under it by the rows it was made of. */
static bool
know_standby(Swap *swap, Error *error)
{
    Context *context = swap->context;

    for_each_part (part, swap)
    {
        const Pair *pair = part->pair;
        Description standby;

        if (!description_read(context->control, swap->scratch, pair->standby_oid,
                              pair_word(context->arena, pair, "standby_schema"), pair->schema, NULL,
                              &standby, error))
            return false;
        part->known = standby.known;
    }
    return true;
}

/* *known if no row of live can have changed without capture since the tables were compared. */
static bool
rows_are_known(Swap *swap, bool *known, Error *error)
{
    for_each_part (part, swap)
    {
        char *marks;

        if (!guard_row_marks(swap->context, part->pair, swap->scratch, &marks, known, error))
            return false;
        if (!*known)
            return true;
    }
    *known = true;
    return true;
}

/* What live is now that the roles are exchanged is where the way back begins. */
static bool
record_marks(Swap *swap, Error *error)
{
    for_each_part (part, swap)
    {
        char *marks;
        bool known;

        if (!guard_row_marks(swap->context, part->after, swap->scratch, &marks, &known, error) ||
            !guard_record_marks(swap->context, part->after, marks, error))
            return false;
    }
    return true;
}

static bool
check_conditions(Swap *swap, Error *error)
{
    Context *context = swap->context;
    const Result *result;
    bool known, due;

    for_each_part (part, swap)
    {
        char *marks;

        if (!read_live_marks(swap, part, &marks, error))
            return false;
        if (strcmp(marks, part->marks) != 0)
            return error_set(error, ERROR_LOCK, "the table was altered while waiting for the lock");
    }
    if (!require_capture(context, error) || !rows_are_known(swap, &known, error))
        return false;
    if (!known)
        return error_set(error, ERROR_LOCK, "the table was altered while waiting for the lock");
    result = statement_run(context->control, error, "swap_conditions", "migration",
                           context->migration->id_text, NULL);
    if (result == NULL)
        return false;
    if (!result_get_bool(result, 0, "proven"))
        return error_set(error, ERROR_PARITY, "the tables have not been found equal");
    if (result_get_bool(result, 0, "paused"))
        return error_set(error, ERROR_LOCK, "the migration is paused");
    return proof_is_due(context, &due, error) &&
           (!due || error_set(error, ERROR_LOCK, "applied changes have not been compared yet"));
}

/* The table that is live now is what was planned; anything else rolls back.  That live is as it was
 * is known, so what differs is a fault of ours, unless somebody has altered our own table. */
static bool
compare_outcome(Context *context, const Pair *pair, const char *known, Error *error)
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
        if (!compare_outcome(context, part->pair, part->known, error))
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
    return check_conditions(swap, error) &&
           statement_do(context->control, error, "swap_reset", "migration", migration->id_text,
                        "live", migration->live_colour, "standby", migration->standby_colour,
                        NULL) &&
           exchange(swap, error) && record_marks(swap, error) &&
           statement_do(context->control, error, "swap_record", "live", migration->standby_colour,
                        "rows_drained", number(swap->drain.keys).text, "migration",
                        migration->id_text, NULL) &&
           context_pause_at(context, context->control, "swap-commit", error) &&
           move_and_commit(swap, error);
}

/* An exchange that takes longer than it may is no matter of waiting. */
static bool
exchange_was_cut(Swap *swap, Error *error)
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
         drain_is_small(context, &swap->drain, error) &&
         lockset_take(context, &swap->locks, error) &&
         context_pause_at(context, context->control, "swap-locked", error) &&
         swap_locked(swap, error);
    conn_set_deadline(context->control, 0);
    return ok || (error->kind == ERROR_LIMIT && error_is(error, "57014") &&
                  exchange_was_cut(swap, error));
}

/* Applies what is pending, compares live with its description, and waits for the snapshots that are
 * older than that, until little has come meanwhile and none of it is long ago. */
static bool
come_close(Swap *swap, Error *error)
{
    Context *context = swap->context;

    for (int round = 0; round < ROUNDS; round++)
    {
        int64_t started;
        bool little;

        if (!drain_ahead(context, error) || !check_live(swap, error))
            return false;
        started = clock_ms();
        if (!snapshots_wait(swap->snapshots, context, swap->task.until, error) ||
            !drain_look(context, &little, error))
            return false;
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

/* Rows may have changed without capture: unless it is plain that they have, the tables are compared
 * again. */
static bool
ensure_known(Swap *swap, Error *error)
{
    bool known;

    if (!rows_are_known(swap, &known, error))
        return false;
    if (known)
        return true;
    if (!require_capture(swap->context, error))
        return false;
    log_info("%s was altered since it was compared; comparing again",
             swap->context->migration->label);
    return parity_check(swap->context, error);
}

static bool
swap_attempt(Context *context, void *data, Error *error)
{
    Swap *swap = data;
    bool ok;

    lockset_reset(&swap->locks);
    swap->drain.keys = 0;
    swap->scratch = arena_new();
    context->summary.swap_attempts++;
    ok = guard_tables(context, error) && ensure_known(swap, error) &&
         polite_make_way(context, swap->locks.relations, error) && know_standby(swap, error) &&
         come_close(swap, error) &&
         context_pause_at(context, context->control, "swap-close", error) &&
         attempt_locked(swap, error);
    if (ok)
        context->summary.keys_proven += swap->drain.keys;
    note_attempt(swap, ok ? NULL : error);
    arena_free(swap->scratch);
    return ok;
}

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
                              .attempt = swap_attempt,
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
