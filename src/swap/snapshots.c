/*
 * Samples of the live snapshots, and what can be told from two of them: the same transaction with
 * the same xmin under a new statement keeps its snapshot.
 */

#include "swap/snapshots.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/statement.h"
#include "tool/dual.h"
#include "tool/guard.h"
#include "ui/log.h"

enum
{
    SNAPSHOTS_MAX = 4096, /* more than any server has use for; none of them is passed over */
    SAMPLE_FIRST = 5,     /* ms; doubles to … */
    SAMPLE_EVERY = 100,   /* ms */
    TELL_AFTER = 2000,    /* ms of waiting before it is said for whom */
};

typedef struct Snapshot
{
    int64_t pid;
    char vxid[32];
    int64_t xmin;
    int64_t query_start; /* us */
    bool keeper;
    bool may_go_on;
} Snapshot;

typedef struct Sample
{
    int count;
    Snapshot items[SNAPSHOTS_MAX];
} Sample;

struct Snapshots
{
    Sample last;
    Sample now;
    char who[200]; /* the oldest of those waited for, for people */
};

Snapshots *
snapshots_new(Arena *arena)
{
    return arena_alloc(arena, sizeof(Snapshots));
}

static const Snapshot *
find(const Sample *sample, const Snapshot *wanted)
{
    for (int i = 0; i < sample->count; i++)
        if (sample->items[i].pid == wanted->pid && sample->items[i].xmin == wanted->xmin &&
            strcmp(sample->items[i].vxid, wanted->vxid) == 0)
            return &sample->items[i];
    return NULL;
}

static void
take_snapshots(Snapshots *s, const Result *result, int row)
{
    Snapshot *item = &s->now.items[s->now.count++];
    const Snapshot *before;

    snprintf(item->vxid, sizeof(item->vxid), "%s", result_get(result, row, "vxid"));
    item->pid = result_get_int(result, row, "pid");
    item->xmin = result_get_int(result, row, "xmin");
    item->query_start = result_get_int(result, row, "query_start");
    item->keeper = result_get_bool(result, row, "keeper");
    item->may_go_on = result_get_bool(result, row, "may_go_on");
    before = find(&s->last, item);
    if (before != NULL && (before->keeper || before->query_start != item->query_start ||
                           result_get_bool(result, row, "hidden")))
        item->keeper = true;
}

static void
name_snapshot(Snapshots *s, const Result *result, int row)
{
    const char *role = result_get(result, row, "role");
    const char *application = result_get(result, row, "application");
    const char *state = result_get(result, row, "state");

    snprintf(s->who, sizeof(s->who), "pid %s (role %s, application \"%s\", %s)",
             result_get(result, row, "pid"), role != NULL ? role : "-",
             application != NULL ? application : "", state != NULL ? state : "state not visible");
}

/* Those in awaited (NULL: all) are the ones waited for. */
static bool
sample(Snapshots *s, Context *context, const Sample *awaited, Error *error)
{
    const Result *result = statement_run(context->control, error, "snapshots", "migration",
                                         context->migration->id_text, NULL);
    bool named = false;

    if (result == NULL)
        return false;
    if (result_rows(result) > SNAPSHOTS_MAX)
        return error_set(error, ERROR_AGAIN, "more than %d snapshots are in use", SNAPSHOTS_MAX);
    s->last = s->now;
    s->now.count = 0;
    for (int i = 0; i < result_rows(result); i++)
    {
        take_snapshots(s, result, i);
        if (!named && (awaited == NULL || find(awaited, &s->now.items[i]) != NULL))
        {
            name_snapshot(s, result, i);
            named = true;
        }
    }
    return true;
}

/* How many of the snapshots in old are alive still; those that are not are taken out. */
static int
still_alive(Sample *old, const Sample *now)
{
    int kept = 0;

    for (int i = 0; i < old->count; i++)
        if (find(now, &old->items[i]) != NULL)
            old->items[kept++] = old->items[i];
    return old->count = kept;
}

/* A snapshot can be handed on (pg_export_snapshot): whoever keeps one as old as those we wait for
 * is waited for, too. */
static void
add_imported(Sample *old, const Sample *now, int64_t newest_xmin)
{
    for (int i = 0; i < now->count && old->count < SNAPSHOTS_MAX; i++)
        if (now->items[i].keeper && now->items[i].xmin <= newest_xmin &&
            find(old, &now->items[i]) == NULL)
            old->items[old->count++] = now->items[i];
}

static int64_t
newest_xmin_of(const Sample *sample)
{
    int64_t newest = 0;

    for (int i = 0; i < sample->count; i++)
        if (sample->items[i].xmin > newest)
            newest = sample->items[i].xmin;
    return newest;
}

bool
snapshots_wait(Snapshots *s, Context *context, int64_t deadline, Error *error)
{
    Sample *old;
    int64_t started = clock_ms(), pause = SAMPLE_FIRST;
    Told told = {0};
    Arena *scratch;
    bool ok = true;
    int64_t newest_xmin;

    if (context->settings->old_snapshots == OLD_SNAPSHOTS_IGNORE)
        return true;
    if (!sample(s, context, NULL, error))
        return false;
    scratch = arena_new();
    old = arena_alloc(scratch, sizeof(Sample));
    *old = s->now;
    newest_xmin = newest_xmin_of(old);
    while (ok && old->count > 0)
    {
        if (clock_ms() > deadline)
            ok = error_set(error, ERROR_AGAIN, "an old snapshot is still in use by %s", s->who);
        if (ok && clock_ms() - started > TELL_AFTER)
        {
            context_say_waiting(context, WAITING_SNAPSHOT,
                                "waiting for an old snapshot to be released by %s", s->who);
            ok = context_note_waiting(context, &told, "an old snapshot", s->who, error);
        }
        loop_sleep(context->loop, pause);
        pause = pause * 2 > SAMPLE_EVERY ? SAMPLE_EVERY : pause * 2;
        ok = ok && context_may_go_on(context, error) &&
             guard_look(context, context->control, error) && dual_keep(context, error) &&
             sample(s, context, old, error);
        still_alive(old, &s->now);
        add_imported(old, &s->now, newest_xmin);
    }
    arena_free(scratch);
    return ok && context_note_over(context, &told, error);
}

bool
snapshots_check(Snapshots *s, Context *context, Error *error)
{
    OldSnapshots mode = context->settings->old_snapshots;
    int64_t pid = 0;

    if (mode == OLD_SNAPSHOTS_IGNORE)
        return true;
    if (!sample(s, context, NULL, error))
        return false;
    for (int i = 0; i < s->now.count && pid == 0; i++)
        if (s->now.items[i].keeper || (mode == OLD_SNAPSHOTS_STRICT && s->now.items[i].may_go_on))
            pid = s->now.items[i].pid;
    s->now = s->last; /* the next check compares with the sample before the lock again: since then
                         who waits for us has one statement */
    return pid == 0 ||
           error_set(error, ERROR_AGAIN,
                     "pid %" PRId64 " uses a snapshot older than the last applied changes", pid);
}
