/*
 * Why a statement failed, if others are the reason: what the server says then ("does not exist",
 * "duplicate key") tells what it met, not who did it.
 */
#include "tool/explain.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "model/pair.h"
#include "model/statement.h"
#include "tool/guard.h"

/* What the server says when a name, a column or a right is not what it was. */
static bool
is_by_ddl(const Error *error)
{
    return error_is(error, "PS003") ||
           ((error->kind == ERROR_STATEMENT ||
             (error->kind == ERROR_AGAIN && error->hint == NULL)) &&
            (strncmp(error->sqlstate, "42", 2) == 0 || strncmp(error->sqlstate, "3F", 2) == 0 ||
             strncmp(error->sqlstate, "XX", 2) == 0));
}

/* What it says when a relation is not there, under its name or its schema's; or another is. */
static bool
is_by_absence(const Error *error)
{
    return error_is(error, "42P01") || error_is(error, "3F000") || error_is(error, "PS003");
}

/* What it says when a row stands in the way that should not be there. */
static bool
is_by_rows(const Error *error)
{
    return error_is(error, "23505") || error_is(error, "23P01");
}

static bool
is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* In whichever language the server speaks. */
static bool
names(const Error *error, const char *name)
{
    const char *at = name == NULL ? NULL : strstr(error->message, name);

    return at != NULL && (at == error->message || !is_of_name(at[-1])) &&
           !is_of_name(at[strlen(name)]);
}

static bool
names_table(const Error *error, const char *schema, const char *table)
{
    Text name = {0};
    bool found;

    text_printf(&name, "%s.%s", schema, table);
    found = names(error, text_cstr(&name));
    text_clear(&name);
    return found;
}

static void
look_at_ours(Arena *arena, const Pair *pair, const Error *error, Error *cause)
{
    static const char *const ours[] = {"log",     "written", "log_set", "written_set", "dirty",
                                       "applied", "held",    "alive",   "kept"};

    for (size_t i = 0; is_by_absence(error) && i < sizeof(ours) / sizeof(ours[0]); i++)
        if (names(error, pair_word(arena, pair, ours[i])))
        {
            error_set(cause, ERROR_CHANGED, "%s, which pgswap made, is gone",
                      pair_word(arena, pair, ours[i]));
            error_hint(cause, "\"pgswap %s\" ends the migration, and %s stays as it is.",
                       journal_end(pair->migration), pair->live);
        }
}

/* All is in its place now; a statement has missed it for all that.  (No code of its own:
 * relation_open() in PostgreSQL's relation.c.) */
static void
look_for_absence(Arena *arena, const Pair *pair, const Error *error, Error *cause)
{
    const char *missed = names_table(error, pair->schema, pair->table) ? pair->live
                         : names_table(error, pair_word(arena, pair, "standby_schema"), pair->table)
                             ? pair->standby
                             : NULL;

    if (is_by_absence(error) && missed != NULL)
        error_set(cause, ERROR_CHANGED, "table %s was renamed, moved or dropped for a moment",
                  missed);
    else if (error_is(error, "3F000"))
        error_set(cause, ERROR_CHANGED, "the schema of table %s was renamed for a moment",
                  pair->live);
    else if (error_is(error, "XX000") &&
             strstr(error->message, "could not open relation with OID") != NULL)
        error_set(cause, ERROR_CHANGED, "something that table %s uses was dropped meanwhile",
                  pair->live);
    if (cause->kind == ERROR_CHANGED)
        error_hint(cause, "Everything is in place again: run the same command again.");
}

static void
look_at_tables(Context *context, const Error *error, Error *cause)
{
    if (!guard_unchanged(context, cause))
        return;
    for_each_pair (pair, context->migration)
    {
        if (cause->kind == ERROR_NONE)
            look_at_ours(context->arena, pair, error, cause);
        if (cause->kind == ERROR_NONE)
            look_for_absence(context->arena, pair, error, cause);
    }
}

static void
look_at_rows(Context *context, const Pair *pair, const Error *error, Error *cause)
{
    bool known;
    char *marks;

    if (!guard_row_marks(context, pair, context->arena, &marks, &known, cause) || known)
        return;
    error_set(cause, ERROR_CHANGED,
              "rows of table %s may have been changed while its capture triggers were disabled",
              pair->live);
    error_detail(cause, "%s.%s%s", error->message, error->detail != NULL ? " " : "",
                 error->detail != NULL ? error->detail : "");
    if (error->key != NULL)
        error_key(cause, "%s", error->key);
    error_hint(cause, "\"pgswap %s\" ends the migration, and %s stays as it is.",
               journal_end(pair->migration), pair->live);
}

/* Rows that were changed without capture meet those that stand for what they were. */
static void
look_at_capture(Context *context, const Error *error, Error *cause)
{
    const Pair *lost;

    if (context->migration->phase < PHASE_READY || !guard_capture(context, &lost, cause))
        return;
    if (lost != NULL)
        (void)guard_refuse_lost_capture(lost, cause);
    for_each_pair (pair, context->migration)
        if (cause->kind == ERROR_NONE)
            look_at_rows(context, pair, error, cause);
}

void
explain_failure(Context *context, Error *error)
{
    Error cause = ERROR_INIT;

    if (error_is(error, "53400") && error->hint == NULL)
        error_hint(error, "An index build writes less with a larger --maintenance-work-mem; a "
                          "superuser can raise the limit: ALTER ROLE ... SET temp_file_limit.");
    if ((!is_by_ddl(error) && !is_by_rows(error)) || context->migration == NULL ||
        context->migration->pair_count == 0 || !conn_is_open(context->control))
        return;
    statement_rollback(context->control);
    if (context_pause_at(context, context->control, "failed", &cause))
        (is_by_ddl(error) ? look_at_tables : look_at_capture)(context, error, &cause);
    if (cause.kind == ERROR_CHANGED)
    {
        error_clear(error);
        error_move(error, &cause);
    }
    error_clear(&cause);
}
