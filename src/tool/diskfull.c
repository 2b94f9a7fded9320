/*
 * The disk is full: half a table is worth less than the application's writes.
 */
#include "tool/diskfull.h"

#include "model/home.h"
#include "model/pair.h"
#include "model/statement.h"
#include "ui/progress.h"

bool
diskfull_reserve(Context *context, const Pair *pair, Error *error)
{
    return pair_generate(context->control, pair, error, "reserve_create", NULL) &&
           home_own(context->control, error);
}

bool
diskfull_give_up_reserve(Context *context, const Pair *pair, Error *error)
{
    return pair_do(context->control, pair, error, "reserve_drop", NULL);
}

/* Bytes of everything that is ours; 0 if it is not to be known. */
static int64_t
bytes_taken(Context *context)
{
    Error ignored = ERROR_INIT;
    int64_t bytes = 0;

    for_each_pair (pair, context->migration)
    {
        const Result *result = pair_run(context->control, pair, &ignored, "space_held", NULL);

        bytes += result != NULL ? result_get_int(result, 0, "bytes") : 0;
    }
    error_clear(&ignored);
    return bytes;
}

/* Standby empty and, as at the begin of the copy, without indexes. */
static bool
give_back_pair(Context *context, const Pair *pair, Error *error)
{
    Conn *conn = context->control;

    if (pair->migration->phase == PHASE_INDEX &&
        (!pair_generate(conn, pair, error, "green_strip", NULL) ||
         !pair_do(conn, pair, error, "object_reset", NULL)))
        return false;
    return pair_do(conn, pair, error, "copy_give_back", NULL);
}

static bool
give_back(Context *context, Error *error)
{
    Migration *migration = context->migration;

    for_each_pair (pair, migration)
        if (!diskfull_give_up_reserve(context, pair, error))
            return false;
    if (!statement_do(context->control, error, "begin", NULL))
        return false;
    for_each_pair (pair, migration)
        if (!give_back_pair(context, pair, error))
            return false;
    return migration->phase == PHASE_COPY
               ? statement_do(context->control, error, "commit", NULL)
               : journal_move_and_commit(context->control, migration, PHASE_COPY, error);
}

static void
explain(const Context *context, int64_t before, int64_t after, const Error *failure, Error *error)
{
    bool swapped = context->migration->phase == PHASE_SWAPPED;
    char given[40], left[40];
    const char *live = context->migration->label;

    bytes_format(given, before - after);
    bytes_format(left, after);
    if (failure->kind != ERROR_NONE)
        error_detail(error, "The copied rows could not be removed: %s.", failure->message);
    else if (before > after)
        error_detail(error, "The copied rows were removed, which frees %s.", given);
    else
        error_detail(error, "%s stays as it is.", swapped ? "The old table" : "The new table");
    error_detail(
        error,
        "%s The capture triggers stay, so each change of %s makes the change log grow: while "
        "the disk is full, the application's writes to it fail.",
        error->detail, live);
    error_hint(error,
               "Make room and run the same command again%s. \"pgswap %s\" removes the triggers and "
               "frees %s.",
               before > after ? ", which copies from the start" : "", swapped ? "finish" : "abort",
               left);
}

void
diskfull_give_back(Context *context, Error *error)
{
    Migration *migration = context->migration;
    Error failure = ERROR_INIT;
    int64_t before;

    if (!error_is(error, "53100") || migration == NULL || migration->pair_count == 0 ||
        !conn_is_open(context->control))
        return;
    statement_rollback(context->control);
    before = bytes_taken(context);
    if ((migration->phase == PHASE_COPY || migration->phase == PHASE_INDEX) &&
        !give_back(context, &failure))
        statement_rollback(context->control);
    explain(context, before, bytes_taken(context), &failure, error);
    error_clear(&failure);
}
