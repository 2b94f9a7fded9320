/*
 * Guard: both tables are there, live is still what it was when the migration began, and capture is
 * on it.
 *
 * All of that is looked at before every phase.  Within a phase, and while it waits, a cheap mark of
 * the catalog rows is read from time to time, and the rest only when that has changed.
 */
#include "tool/guard.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "model/description.h"
#include "model/pair.h"
#include "model/statement.h"
#include "ui/log.h"

enum
{
    LOOK_EVERY = 10000 /* ms */
};

static const Result *
find_tables(Conn *conn, const Pair *pair, Error *error)
{
    return pair_run(conn, pair, error, "pair_tables", NULL);
}

static bool
refuse_gone(const Pair *pair, const char *standby, Error *error)
{
    bool swapped = pair->migration->phase == PHASE_SWAPPED;
    const char *end = journal_end(pair->migration);

    error_set(error, ERROR_CHANGED, "table %s, which the migration works on, is gone", pair->live);
    if (standby == NULL)
        return error_hint(error, "\"pgswap %s\" ends the migration.", end);
    error_detail(error, "%s still exists, with the rows as of %s.", standby,
                 swapped ? "the swap or the latest \"follow\"" : "the last applied changes");
    return error_hint(error,
                      "Move it elsewhere (ALTER TABLE … SET SCHEMA) or drop it; then \"pgswap "
                      "%s\" ends the migration.",
                      end);
}

static bool
refuse_moved(const Pair *pair, const Result *found, Error *error)
{
    const char *schema = result_get(found, 0, "live_schema");
    const char *name = result_get(found, 0, "live_name");

    if (strcmp(schema, pair->schema) == 0)
        error_set(error, ERROR_CHANGED, "table %s was renamed to %s", pair->live, name);
    else if (strcmp(name, pair->table) == 0)
        error_set(error, ERROR_CHANGED, "table %s was moved to schema %s", pair->live, schema);
    else
        error_set(error, ERROR_CHANGED, "table %s was moved and renamed: it is %s now", pair->live,
                  result_get(found, 0, "live"));
    return error_hint(error,
                      "Undo that and run the same command again, or end the migration with "
                      "\"pgswap %s\".",
                      journal_end(pair->migration));
}

static bool
check_tables(const Pair *pair, const Result *found, Error *error)
{
    const char *live = result_get(found, 0, "live"), *standby = result_get(found, 0, "standby");
    bool has_away = result_get_bool(found, 0, "has_away");
    Arena *scratch;

    if (live == NULL)
        return refuse_gone(pair, standby, error);
    if (!result_get_bool(found, 0, "in_place"))
        return refuse_moved(pair, found, error);
    if (standby != NULL && has_away)
        return true;
    scratch = arena_new();
    error_set(error, ERROR_CHANGED, "%s, which pgswap made, is gone",
              pair_word(scratch, pair, standby == NULL ? "standby" : "away_schema"));
    arena_free(scratch);
    return error_hint(error, "\"pgswap %s\" ends the migration, and %s stays as it is.",
                      journal_end(pair->migration), pair->live);
}

static bool
guard_pair(Conn *conn, const Pair *pair, Error *error)
{
    const Result *found = find_tables(conn, pair, error);

    return found != NULL && check_tables(pair, found, error);
}

static bool
check_all_tables(const Context *context, Conn *conn, Error *error)
{
    for_each_pair (pair, context->migration)
        if (!guard_pair(conn, pair, error))
            return false;
    return true;
}

bool
guard_tables(Context *context, Error *error)
{
    return check_all_tables(context, context->control, error);
}

bool
guard_last_copy(Context *context, Error *error)
{
    for_each_pair (pair, context->migration)
    {
        const Result *found = find_tables(context->control, pair, error);
        const char *live, *standby;

        if (found == NULL)
            return false;
        live = result_get(found, 0, "live");
        standby = result_get(found, 0, "standby");
        if (standby != NULL && live == NULL)
            return refuse_gone(pair, standby, error);
        if (live != NULL && !result_get_bool(found, 0, "in_place"))
            log_info("table %s is %s now", pair->live, live);
    }
    return true;
}

static bool
check_fingerprint(Conn *conn, const Pair *pair, Error *error)
{
    return description_require(conn, pair->live_oid, pair->schema, NULL, &pair->fingerprint,
                               DESCRIPTION_CHANGE, error,
                               "table %s was altered since the migration began", pair->live) ||
           (error->kind == ERROR_CHANGED &&
            error_hint(error,
                       "Undo the alteration and run the same command again, or end the migration "
                       "with \"pgswap %s\".",
                       journal_end(pair->migration)));
}

/* What is read while others are renaming something is of two moments, and is read once more. */
static bool
check_settled(Conn *conn, const Pair *pair, Error *error)
{
    Error passing = ERROR_INIT;
    bool ok = check_fingerprint(conn, pair, &passing);

    if (!ok && passing.kind == ERROR_CHANGED)
        ok = guard_pair(conn, pair, error) && check_fingerprint(conn, pair, error);
    else
        error_move(error, &passing);
    error_clear(&passing);
    return ok;
}

static bool
check_fingerprints(const Context *context, Conn *conn, Error *error)
{
    for_each_pair (pair, context->migration)
        if (!check_settled(conn, pair, error))
            return false;
    return true;
}

bool
guard_unchanged(Context *context, Error *error)
{
    return guard_tables(context, error) && check_fingerprints(context, context->control, error);
}

static bool
check_capture(const Context *context, Conn *conn, const Pair **lost, Error *error)
{
    *lost = NULL;
    for_each_pair (pair, context->migration)
    {
        const Result *result = pair_run(conn, pair, error, "capture_state", NULL);

        if (result == NULL)
            return false;
        if (*lost == NULL && !result_get_bool(result, 0, "whole"))
            *lost = pair;
    }
    return true;
}

bool
guard_capture(Context *context, const Pair **lost, Error *error)
{
    return check_capture(context, context->control, lost, error);
}

bool
guard_row_marks(Context *context, const Pair *pair, Arena *arena, char **marks, bool *known,
                Error *error)
{
    const Result *result = pair_run(context->control, pair, error, "row_marks", NULL);

    if (result == NULL)
        return false;
    *marks = arena_strdup(arena, result_get(result, 0, "marks"));
    *known = result_get_bool(result, 0, "known");
    return true;
}

bool
guard_record_marks(Context *context, const Pair *pair, const char *marks, Error *error)
{
    return pair_do(context->control, pair, error, "row_marks_record", "marks", marks, NULL);
}

/* The marks of live, and of what depends on it; read before what they stand for is looked at. */
static bool
read_marks(const Context *context, Conn *conn, Digest *marks, Error *error)
{
    *marks = (Digest){0};
    for_each_pair (pair, context->migration)
    {
        const Result *result = pair_run(conn, pair, error, "live_marks", NULL);
        const char *text;

        if (result == NULL)
            return false;
        text = result_get(result, 0, "marks");
        digest_add(marks, digest_bytes(text, strlen(text)));
    }
    return true;
}

bool
guard_check(Context *context, const Pair **lost, Error *error)
{
    context->look.is_known = read_marks(context, context->control, &context->look.marks, error) &&
                             guard_unchanged(context, error);
    context->look.at = clock_ms();
    return context->look.is_known && guard_capture(context, lost, error);
}

bool
guard_refuse_lost_capture(const Pair *pair, Error *error)
{
    const char *live = pair->live;

    if (pair->migration->phase != PHASE_SWAPPED)
    {
        error_set(error, ERROR_CHANGED, "the capture triggers on %s were dropped or disabled",
                  live);
        return error_hint(
            error,
            "\"pgswap run\" copies the rows again, \"pgswap abort\" gives the migration up.");
    }
    error_set(error, ERROR_CHANGED,
              "the capture triggers on %s were dropped or disabled: a revert is no longer possible",
              live);
    return error_hint(error, "\"pgswap finish\" drops the old table; %s stays as it is.", live);
}

/* Before the swap a phase comes to its end and capture is installed again; nothing else can be done
 * about rows that were changed without it. */
static bool
tell_capture_lost(const Pair *pair, Error *error)
{
    if (pair->migration->phase >= PHASE_READY)
        return guard_refuse_lost_capture(pair, error);
    log_warning("the capture triggers on %s were dropped or disabled; the copy starts again "
                "after this phase",
                pair->live);
    return true;
}

/* The marks have changed: by whom, and does it matter? */
static bool
look_closely(const Context *context, Conn *conn, Error *error)
{
    const Pair *lost;

    if (!check_all_tables(context, conn, error))
        return false;
    if (context->migration->phase == PHASE_CAPTURE)
        return check_fingerprints(context, conn, error);
    return check_fingerprints(context, conn, error) && check_capture(context, conn, &lost, error) &&
           (lost == NULL || tell_capture_lost(lost, error));
}

bool
guard_look(Context *context, Conn *conn, Error *error)
{
    Look *look = &context->look;
    Digest marks;

    if (look->at > 0 && clock_ms() - look->at < LOOK_EVERY)
        return true;
    look->at = clock_ms();
    if (!read_marks(context, conn, &marks, error))
        return false;
    if (look->is_known && digest_equal(marks, look->marks))
        return true;
    look->is_known = look_closely(context, conn, error);
    look->marks = marks;
    return look->is_known;
}

/* What keeps it from being made is no reason to end a comparison. */
Conn *
guard_connect_aside(Context *context)
{
    Look *look = &context->look;
    Error failure = ERROR_INIT;

    if (look->conn != NULL && !conn_is_open(look->conn))
        guard_forget(context);
    if (look->conn != NULL || (look->refused_at > 0 && clock_ms() - look->refused_at < LOOK_EVERY))
        return look->conn;
    look->conn = await_connect(context->loop, context->control_params, "look", &failure);
    look->refused_at = look->conn == NULL ? clock_ms() : 0;
    if (look->conn == NULL)
        log_debug("could not look at the table: %s", failure.message);
    error_clear(&failure);
    return look->conn;
}

bool
guard_look_aside(Context *context, Error *error)
{
    Look *look = &context->look;
    Error failure = ERROR_INIT;
    bool ok;

    if (look->at > 0 && clock_ms() - look->at < LOOK_EVERY)
        return true;
    ok = guard_connect_aside(context) == NULL || guard_look(context, look->conn, &failure);
    if (!ok && failure.kind == ERROR_CONNECTION)
    {
        guard_forget(context);
        ok = true;
        error_clear(&failure);
    }
    if (look->conn == NULL)
        look->at = clock_ms();
    error_move(error, &failure);
    return ok;
}

void
guard_forget(Context *context)
{
    conn_close(context->look.conn);
    context->look = (Look){0};
}
