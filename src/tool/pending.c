/*
 * Rounds, until little is pending.
 */
#include "tool/pending.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "model/pair.h"
#include "model/statement.h"
#include "tool/alongside.h"
#include "tool/baddata.h"
#include "tool/dual.h"
#include "tool/guard.h"
#include "tool/keys.h"
#include "tool/pace.h"
#include "tool/proof.h"
#include "tool/rotation.h"
#include "tool/throttle.h"
#include "ui/log.h"
#include "ui/progress.h"

enum
{
    MEASURE_FROM = 500, /* keys of a round that tell how long one takes, round trips aside */
    PAUSE_SHARE = 20,   /* a pause between two looks is so many times a look, … */
    PAUSE_MAX = 15000,  /* … but no longer, in ms */
    GUESS_US = 50,      /* for one, before any round told: a few indexes */
};

int64_t
pending_cost(const Context *context, int64_t keys)
{
    return keys * (context->us_per_key > 0 ? context->us_per_key : GUESS_US) / 1000;
}

static bool
apply(Context *context, const Pair *pair, int64_t *applied, Error *error)
{
    if (context_begin_snapshot(context, pair, error) && keys_apply(context, pair, applied, error) &&
        statement_do(context->control, error, "commit", NULL))
        return true;
    statement_rollback(context->control);
    return baddata_in_pending(context, pair, error);
}

/* Whoever applies: a row that did not fit the old table is in it now, or gone. */
static bool
note_fits(const Context *context, Error *error)
{
    return context->migration->phase != PHASE_SWAPPED ||
           statement_do(context->control, error, "revert_fits", "migration",
                        context->migration->id_text, NULL);
}

/* What cannot be applied beside writes to both tables is applied when they have ended. */
static bool
apply_as_is(Context *context, const Pair *pair, int64_t *applied, Error *error)
{
    bool alone = true;

    if (context->migration->dual_write && !alongside_apply(context, pair, applied, &alone, error))
        return false;
    if (!alone || !dual_end(context, error))
        return !alone;
    return context->migration->dual_write || apply(context, pair, applied, error);
}

bool
pending_apply(Context *context, const Pair *pair, int64_t *applied, Error *error)
{
    int64_t started = clock_us();

    if (!apply_as_is(context, pair, applied, error) ||
        !context_pause_at(context, context->control, "round-applied", error) ||
        !proof_run(context, pair, error) || !note_fits(context, error))
        return false;
    if (*applied >= MEASURE_FROM)
        context->us_per_key = (clock_us() - started) / *applied;
    return true;
}

static void
show_progress(const Context *context, int64_t backlog)
{
    bool held = context->held_at > 0;
    char note[120], keys[40], since[CLOCK_TEXT_SIZE];

    count_format(keys, backlog);
    if (held)
        snprintf(note, sizeof(note), "waiting for \"pgswap swap\" (%s), %s to apply",
                 duration_format(since, clock_ms() - context->held_at), keys);
    else
        snprintf(note, sizeof(note), "%s to apply", keys);
    progress_show(held ? "hold" : "catch up", context->summary.keys_applied, 0, "changes", note);
}

static bool
show_backlog(Context *context, int64_t backlog, Error *error)
{
    show_progress(context, backlog);
    return statement_do(context->control, error, "backlog_note", "backlog", number(backlog).text,
                        "migration", context->migration->id_text, NULL);
}

/* Then nothing new comes in.  Standby's indexes stand by now. */
static bool
write_both(Context *context, Error *error)
{
    bool before = context->migration->dual_write;

    if (context->migration->phase != PHASE_CATCHUP)
        return true;
    if (!dual_begin(context, error))
        return false;
    if (!before && context->migration->dual_write)
        log_info("from now on what the application writes goes to both tables");
    return true;
}

/* Keys that come faster than they are applied: said early with both rates, and not for ever. */
static bool
check_convergence(Context *context, int64_t started, int64_t round_ms, int64_t applied,
                  int64_t backlog, bool *told, Error *error)
{
    int64_t ms = round_ms > 0 ? round_ms : 1;
    char limit[CLOCK_TEXT_SIZE];

    if (backlog >= applied && applied > 0 && !*told)
    {
        *told = true;
        log_warning("the backlog grows: %" PRId64 " changes/s are applied, %" PRId64
                    " changes/s arrive",
                    applied * 1000 / ms, backlog * 1000 / ms);
        if (!write_both(context, error))
            return false;
    }
    if (clock_ms() - started <= context->settings->converge_deadline)
        return true;
    error_set(error, ERROR_LIMIT, "could not catch up within --converge-deadline (%s)",
              duration_format(limit, context->settings->converge_deadline));
    error_detail(error,
                 "%" PRId64 " changes are to be applied; in the last round %" PRId64
                 " changes/s were applied and %" PRId64 " changes/s arrived.",
                 backlog, applied * 1000 / ms, backlog * 1000 / ms);
    return error_hint(error, "Run the same command again when less is written, or with a larger "
                             "--drain-keys or --converge-deadline.");
}

/* What capture writes to both tables is looked at, too, before it is much. */
static bool
prove_written(Context *context, const Pair *pair, Error *error)
{
    int64_t keys = 0;

    if (context->migration->dual_write && !proof_count(context, pair, &keys, error))
        return false;
    return keys <= context->settings->drain_keys || proof_run(context, pair, error);
}

/* A round waits for what holds it up, and rests after the last one; a migration that is ready stays
 * in sync whatever that costs. */
static bool
wait_for_round(Context *context, const Pace *pace, int64_t *waited, Error *error)
{
    int64_t started = clock_ms();

    *waited = 0;
    if (context->migration->phase >= PHASE_READY)
        return true;
    if (pace->due > clock_us())
        loop_sleep(context->loop, (pace->due - clock_us()) / 1000);
    if (!throttle_wait(context, ASKER_CATCHUP, pending_meanwhile, NULL, error))
        return false;
    *waited = clock_ms() - started;
    return true;
}

static bool
catch_up_pair(Context *context, const Pair *pair, Error *error)
{
    int64_t started = clock_ms(), round_ms = 0, applied = 0, backlog;
    bool told = false;
    Pace pace;

    pace_init(&pace, context->settings->nice, 1);
    for (;;)
    {
        int64_t round_started = clock_ms(), waited;

        if (!guard_look(context, context->control, error) || !dual_keep(context, error) ||
            !keys_count(context, pair, &backlog, error) || !show_backlog(context, backlog, error))
            return false;
        if (backlog <= context->settings->drain_keys)
            return prove_written(context, pair, error) && rotation_tend(context, error);
        if (!wait_for_round(context, &pace, &waited, error))
            return false;
        started += waited;
        round_started += waited;
        if (!check_convergence(context, started, round_ms, applied, backlog, &told, error) ||
            !context_may_go_on(context, error) || !pending_apply(context, pair, &applied, error) ||
            !rotation_tend(context, error))
            return false;
        context->summary.keys_applied += applied;
        round_ms = clock_ms() - round_started;
        pace_ended(&pace, round_ms * 1000, clock_us());
    }
}

int64_t
pending_pause(const Context *context, int64_t least)
{
    int64_t share = context->count_us / 1000 * PAUSE_SHARE;

    return share < least ? least : share < PAUSE_MAX ? share : PAUSE_MAX;
}

bool
pending_catch_up(Context *context, Error *error)
{
    for_each_pair (pair, context->migration)
        if (!catch_up_pair(context, pair, error))
            return error->kind != ERROR_CHANGED && error->kind != ERROR_LIMIT &&
                   error_context(error, "catching up");
    return true;
}

/* A lock of somebody's is no reason to give up. */
bool
pending_meanwhile(Context *context, Error *error)
{
    const Migration *migration = context->migration;
    Error failure = ERROR_INIT;
    bool ok = true;

    if (migration->phase == PHASE_READY)
        ok = pending_catch_up(context, &failure);
    else if (migration->phase < PHASE_READY && migration->phase > PHASE_CAPTURE)
        ok = guard_look(context, context->control, &failure);
    if (migration->phase != PHASE_READY && migration->phase > PHASE_CAPTURE &&
        migration->no_way_back == NULL)
    {
        ok = ok && rotation_tend(context, &failure);
        for_each_pair (pair, migration)
            ok = ok && (!pair->has_mapping || keys_compact(context, pair, &failure));
    }
    ok = ok || error_is_passing(&failure);
    if (!ok)
        error_move(error, &failure);
    error_clear(&failure);
    return ok;
}
