/*
 * From a name to a table, its migration, and their lock.
 */
#include "model/target.h"

#include <string.h>

#include "model/home.h"
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

/* A table given to another role since, or a row that somebody made up. */
static bool
is_strange(const Target *target, const Result *found, Error *error)
{
    const char *owner = result_get(found, 0, "owner");

    error_set(error, ERROR_CHANGED,
              "migration %s names %s, and a table of it does not belong to role %s",
              result_get(found, 0, "id"), target->label, owner);
    error_detail(error, "The migration is kept in schema %s of that role.",
                 result_get(found, 0, "state"));
    return error_hint(error,
                      "If the table was given to another role since the migration began, undo that "
                      "(ALTER TABLE … OWNER TO %s) and run "
                      "the same command again.",
                      owner);
}

static bool
take_migration(Arena *arena, const Result *found, Target *target, Error *error)
{
    bool bears_it = result_get_bool(found, 0, "bears_it");

    target->is_over = result_get_bool(found, 0, "is_over");
    target->is_aborted = result_get_bool(found, 0, "is_aborted");
    if (is_ambiguous(found))
    {
        error_set(error, ERROR_FAULT, "there is more than one migration of a table %s",
                  target->label);
        return error_hint(error, "Name the schema, too.");
    }
    if (!target->is_over && !bears_it && target->oid != NULL && result_get(found, 0, "now") != NULL)
        return has_gone_over(target, found, error);
    if (result_get_bool(found, 0, "is_strange"))
        return is_strange(target, found, error);
    target->migration = result_get_int(found, 0, "id");
    template_set_state(result_get(found, 0, "state"));
    if (!result_get_bool(found, 0, "is_ours"))
        target->not_ours = arena_strdup(arena, result_get(found, 0, "owner"));
    if (!target->is_over)
        target->lock = arena_strdup(arena, result_get(found, 0, "blue"));
    return true;
}

static bool
find_migration(Conn *conn, Arena *arena, const Homes *homes, const char *text, Target *target,
               Error *error)
{
    const Result *found = NULL;
    char *schema, *name;

    /* names are looked up as the role itself would */
    if (ident_parse(arena, text, &schema, &name, error) &&
        statement_do(conn, error, "set_local_search_path", NULL))
    {
        const TemplateVar vars[] = {
            {"oid", target->oid != NULL ? target->oid : "0"}, {"schema", schema}, {"table", name}};

        found = homes_select(conn, homes, "migration_find", vars, 3, "migration_best", error);
    }
    return found != NULL &&
           (result_rows(found) == 0 || take_migration(arena, found, target, error));
}

bool
target_find(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    Homes homes;
    bool ok;

    *target = (Target){.label = text};
    if (!find_table(conn, arena, text, target, error))
        return false;
    ok = homes_open(conn, arena, target->oid != NULL ? target->oid : "0", &homes, error) &&
         (homes.count == 0 || find_migration(conn, arena, &homes, text, target, error));
    statement_rollback(conn);
    return ok && (target->migration != 0 || target->oid == NULL ||
                  home_of_table(conn, target->oid, error));
}

bool
target_is_ours(Conn *conn, const Target *target, Error *error)
{
    const Result *role;

    if (target->not_ours == NULL)
        return true;
    role = statement_run(conn, error, "current_role", NULL);
    if (role == NULL)
        return false;
    error_set(error, ERROR_REFUSED,
              "the migration of %s belongs to role %s, and role %s is no member of it",
              target->label, target->not_ours, result_get(role, 0, "role"));
    return error_hint(error, "Run pgswap as a member of role %s.", target->not_ours);
}

/* It may have gone away meanwhile. */
static bool
is_busy(Conn *conn, const Target *target, Error *error)
{
    const Result *holder =
        statement_run(conn, error, "table_lock_holder", "oid", target->lock, NULL);

    if (holder == NULL)
        return false;
    error_set(error, ERROR_BUSY, "another pgswap works on table %s", target->label);
    if (result_rows(holder) > 0 && result_get(holder, 0, "since") != NULL)
        error_detail(error, "It is run by role %s from %s, server process %s, since %s.",
                     result_get(holder, 0, "role"), result_get(holder, 0, "client"),
                     result_get(holder, 0, "pid"), result_get(holder, 0, "since"));
    else if (result_rows(holder) > 0)
        error_detail(error, "It is run by role %s, server process %s.",
                     result_get(holder, 0, "role"), result_get(holder, 0, "pid"));
    return error_hint(error, "\"pgswap status\" shows what it does.");
}

bool
target_try(Conn *conn, const Target *target, bool *locked, Error *error)
{
    const Result *result = statement_run(conn, error, "table_lock_try", "oid", target->lock, NULL);

    *locked = result != NULL && result_get_bool(result, 0, "locked");
    return result != NULL;
}

static bool
lock(Conn *conn, const Target *target, Error *error)
{
    bool locked;

    return target_try(conn, target, &locked, error) && (locked || is_busy(conn, target, error));
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
    return result != NULL &&
           (!result_get_bool(result, 0, "locked") || is_busy(conn, target, error));
}

/* What was found may be another thing by the time that the lock is there. */
bool
target_take(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    const char *held = NULL;

    for (;;)
    {
        if (!target_find(conn, arena, text, target, error) || !target_is_ours(conn, target, error))
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
