/*
 * Locks in an order that learns from failures.
 */
#include "swap/lockset.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sql/template.h"
#include "tool/budget.h"

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

/* How long to wait for a lock, in ms. */
static int64_t
longest_wait(const LockSet *set, const Settings *settings)
{
    int64_t first = settings->lock_timeout / 10 + 1;

    return set->failures < DOUBLED_MAX ? least(settings->lock_timeout, first << set->failures)
                                       : settings->lock_timeout;
}

/*
 * How long to wait for all locks from number n on together, in ms; not more than 0: the time is
 * over.  A session that queued behind our first lock looks for a deadlock after deadlock_timeout,
 * and must not find us in one.
 */
static int64_t
budget(const LockSet *set, int n)
{
    if (set->statements.count == 1)
        return INT_MAX;
    if (n == 0)
        return set->deadlock_timeout / 2 + 1;
    return set->deadlock_timeout * 4 / 5 - (clock_us() - set->asked_at) / 1000;
}

/* The locks from number n up to end, as one message; *taken is how many the set has then. */
static bool
take_locks(Context *context, LockSet *set, int n, int end, int *taken, Error *error)
{
    int64_t left = budget(set, n);
    Arena *scratch = arena_new();
    Text message = {0};
    bool ok =
        left > 0 || error_set(error, ERROR_AGAIN,
                              "%d locks took too long for a deadlock_timeout of %" PRId64 " ms",
                              set->statements.count, set->deadlock_timeout);

    for (int i = n; ok && i < end; i++)
    {
        const char *lock = template_render(
            scratch, "lock", error, "statement", set->statements.items[i], "lock_timeout",
            number(longest_wait(set, context->settings)).text, "budget", number(left).text, NULL);

        ok = lock != NULL;
        text_append(&message, ok ? lock : "");
    }
    ok = ok && await_query(context->control, text_cstr(&message), error) != NULL;
    *taken = ok ? end : n + conn_statements_done(context->control) / 2;
    text_clear(&message);
    arena_free(scratch);
    return ok;
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

/* From the first lock on the time under the lock counts; the others come in one message. */
static bool
take_all(Context *context, LockSet *set, int *taken, Error *error)
{
    int count = set->statements.count;

    if (!take_locks(context, set, 0, 1, taken, error))
        return false;
    set->locked_at = clock_us();
    budget_hold(context);
    return count == 1 || take_locks(context, set, 1, count, taken, error);
}

bool
lockset_take(Context *context, LockSet *set, Error *error)
{
    int taken = 0;
    bool ok;

    set->asked_at = clock_us();
    ok = take_all(context, set, &taken, error);
    set->waited = clock_us() - set->asked_at;
    if (!ok && error->kind == ERROR_LOCK)
    {
        set->failures++;
        move_to_front(&set->statements, taken);
    }
    return ok;
}
