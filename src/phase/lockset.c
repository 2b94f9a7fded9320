/*
 * Locks in an order that learns from failures.
 */
#include "phase/lockset.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

bool
lockset_init(Context *context, LockSet *set, Error *error)
{
    const Result *result = statement_run(context->control, error, "deadlock_timeout", NULL);

    *set = (LockSet){0};
    if (result == NULL)
        return false;
    set->deadlock_timeout = result_get_int(result, 0, "milliseconds");
    return true;
}

void
lockset_add(Context *context, LockSet *set, const char *statement, const char *oid)
{
    statement_list_add(context->arena, &set->statements, statement);
    set->relations = set->relations == NULL
                         ? arena_strdup(context->arena, oid)
                         : arena_printf(context->arena, "%s, %s", set->relations, oid);
}

enum
{
    DOUBLED_MAX = 4 /* times, from a tenth of it to more than lock_timeout */
};

static int64_t
least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/*
 * How long to wait for lock number n, in ms; not more than 0: the time is over.  A session that
 * queued behind our first lock looks for a deadlock after deadlock_timeout, and must not find us in
 * one.
 */
static int64_t
patience(const LockSet *set, int n, const Settings *settings)
{
    int64_t first = settings->lock_timeout / 10 + 1;
    int64_t wait = set->failures < DOUBLED_MAX
                       ? least(settings->lock_timeout, first << set->failures)
                       : settings->lock_timeout;

    if (set->statements.count == 1)
        return wait;
    if (n == 0)
        return least(wait, set->deadlock_timeout / 2 + 1);
    return least(wait, set->deadlock_timeout * 4 / 5 - (clock_us() - set->asked_at) / 1000);
}

static bool
take(Context *context, LockSet *set, int n, Error *error)
{
    int64_t wait = patience(set, n, context->settings);

    if (wait <= 0)
        return error_set(error, ERROR_LOCK,
                         "%d locks took too long for a deadlock_timeout of %" PRId64 " ms",
                         set->statements.count, set->deadlock_timeout);
    if (!statement_do(context->control, error, "lock", "statement", set->statements.items[n],
                      "lock_timeout", number(wait).text, NULL))
        return false;
    if (n == 0)
    {
        set->locked_at = clock_us();
        conn_set_deadline(context->control, context->settings->max_lock_hold);
    }
    return true;
}

static void
move_to_front(StatementList *list, int n)
{
    char *item = list->items[n];

    memmove(&list->items[1], &list->items[0], sizeof(char *) * (size_t)n);
    list->items[0] = item;
}

void
lockset_reset(LockSet *set)
{
    set->asked_at = 0;
    set->locked_at = 0;
    set->waited = 0;
}

bool
lockset_take(Context *context, LockSet *set, Error *error)
{
    int taken = 0;

    set->asked_at = clock_us();
    while (taken < set->statements.count && take(context, set, taken, error))
        taken++;
    set->waited = clock_us() - set->asked_at;
    if (taken == set->statements.count)
        return true;
    if (error_is(error, "55P03") || error_is(error, "40P01"))
    {
        set->failures++;
        move_to_front(&set->statements, taken);
    }
    return false;
}
