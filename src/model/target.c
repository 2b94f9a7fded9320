/*
 * From a name to a table, its migration, and their lock.
 */
#include "model/target.h"

#include <string.h>

#include "model/journal.h"
#include "model/statement.h"
#include "model/table.h"
#include "sql/ident.h"

/* The table that bears the name; none is no error. */
static bool
find_table(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    Error unknown = ERROR_INIT;
    Table table;
    char *schema, *name;

    if (!ident_parse(arena, text, &schema, &name, error))
        return false;
    if (table_locate(conn, arena, text, &table, &unknown))
    {
        target->oid = target->lock = table.oid;
        target->label = table.qualified;
        return true;
    }
    if (unknown.kind != ERROR_FAULT)
        error_move(error, &unknown);
    error_clear(&unknown);
    return error->kind == ERROR_NONE;
}

static bool
has_gone_over(const Target *target, const Result *found, Error *error)
{
    error_set(error, ERROR_CHANGED, "%s is another table now than the one of migration %s",
              target->label, result_get(found, 0, "id"));
    error_detail(error, "That migration was begun on %s, which is %s now.",
                 result_get(found, 0, "begun_as"), result_get(found, 0, "now"));
    return error_hint(error, "Name it %s.", result_get(found, 0, "now"));
}

/* Without a schema, and in none of the search_path, two migrations have this name. */
static bool
is_ambiguous(const Result *found)
{
    return result_rows(found) > 1 && !result_get_bool(found, 0, "bears_it") &&
           !result_get_bool(found, 1, "is_over") && result_get_bool(found, 0, "is_far") &&
           strcmp(result_get(found, 0, "begun_as"), result_get(found, 1, "begun_as")) != 0;
}

static bool
take_migration(Arena *arena, const Result *found, Target *target, Error *error)
{
    bool bears_it = result_get_bool(found, 0, "bears_it");

    target->is_over = result_get_bool(found, 0, "is_over");
    if (is_ambiguous(found))
    {
        error_set(error, ERROR_FAULT, "there is more than one migration of a table %s",
                  target->label);
        return error_hint(error, "Name the schema, too.");
    }
    if (!target->is_over && !bears_it && target->oid != NULL && result_get(found, 0, "now") != NULL)
        return has_gone_over(target, found, error);
    target->migration = result_get_int(found, 0, "id");
    if (!target->is_over)
        target->lock = arena_strdup(arena, result_get(found, 0, "blue"));
    return true;
}

static bool
find_migration(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    const Result *found = NULL;
    char *schema, *name;
    bool ok;

    /* names are looked up as the role itself would */
    if (ident_parse(arena, text, &schema, &name, error) &&
        statement_do(conn, error, "begin", NULL) &&
        statement_do(conn, error, "set_local_search_path", NULL))
        found = statement_run(conn, error, "migration_find", "oid",
                              target->oid != NULL ? target->oid : "0", "schema", schema, "table",
                              name, NULL);
    ok = found != NULL && (result_rows(found) == 0 || take_migration(arena, found, target, error));
    statement_rollback(conn);
    return ok;
}

bool
target_find(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    *target = (Target){.label = text};
    return journal_open(conn, false, &target->state_present, error) &&
           find_table(conn, arena, text, target, error) &&
           (!target->state_present || find_migration(conn, arena, text, target, error));
}

static bool
refuse_busy(const Target *target, Error *error)
{
    error_set(error, ERROR_BUSY, "another pgswap works on table %s", target->label);
    return error_hint(error, "pgswap status shows what it does.");
}

static bool
lock(Conn *conn, const Target *target, Error *error)
{
    const Result *result = statement_run(conn, error, "table_lock_try", "oid", target->lock, NULL);

    return result != NULL && (result_get_bool(result, 0, "locked") || refuse_busy(target, error));
}

bool
target_look(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    const Result *result;

    if (!target_find(conn, arena, text, target, error))
        return false;
    if (target->lock == NULL)
        return true;
    result = statement_run(conn, error, "table_lock_look", "oid", target->lock, NULL);
    return result != NULL && (!result_get_bool(result, 0, "locked") || refuse_busy(target, error));
}

/* What was found may be another thing by the time that the lock is there. */
bool
target_take(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    const char *held = NULL;

    for (;;)
    {
        if (!target_find(conn, arena, text, target, error))
            return false;
        if (target->lock == NULL || (held != NULL && strcmp(held, target->lock) == 0))
            return true;
        if (!lock(conn, target, error))
            return false;
        held = target->lock;
    }
}

bool
target_is_unknown(const Target *target, Error *error)
{
    if (target->oid != NULL)
    {
        error_set(error, ERROR_FAULT, "no migration of %s is under way", target->label);
        return error_hint(error, "pgswap run begins one.");
    }
    error_set(error, ERROR_FAULT, "there is no table %s, and no migration of one", target->label);
    return error_hint(error, "Names are read as in SQL: without quotes they are folded to lower "
                             "case; name the schema if it is not in the search_path.");
}
