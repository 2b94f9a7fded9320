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
refuse_gone_over(const Target *target, const Result *found, Error *error)
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

/* A row that somebody may have made up: it would alter what belongs to another role than its own,
 * and there is no trigger of it.  That role alone can end it, with no more than its rights. */
static bool
refuse_strange(const Target *target, const Result *found, Error *error)
{
    const char *owner = result_get(found, 0, "owner");

    error_set(error, ERROR_CHANGED,
              "migration %s of role %s names %s, which belongs to another role",
              result_get(found, 0, "id"), owner, target->label);
    error_detail(error, "It is kept in schema %s, and no trigger of it is on the table.",
                 result_get(found, 0, "state"));
    return error_hint(
        error,
        "If the table was given to another role since it began, what is left of it is "
        "removed with the rights of role %s alone: PGOPTIONS='-c role=%s' pgswap %s %s.",
        owner, owner, result_get_bool(found, 0, "is_swapped") ? "finish" : "abort", target->label);
}

static bool
take_found(Arena *arena, const Result *found, Target *target, Error *error)
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
        return refuse_gone_over(target, found, error);
    if (result_get_bool(found, 0, "is_strange"))
        return refuse_strange(target, found, error);
    target->migration = result_get_int(found, 0, "id");
    target->is_swapped = result_get_bool(found, 0, "is_swapped");
    target->is_restored = !target->is_over && result_get_bool(found, 0, "is_restored");
    target->given_to = arena_strdup(arena, result_get(found, 0, "given_to"));
    target->blue = arena_strdup(arena, result_get(found, 0, "blue"));
    target->green = arena_strdup(arena, result_get(found, 0, "green"));
    template_set_state(result_get(found, 0, "state"));
    target->state = arena_strdup(arena, template_state());
    if (target->is_over)
        return true;
    if (!result_get_bool(found, 0, "is_ours"))
        target->not_ours = arena_strdup(arena, result_get(found, 0, "owner"));
    target->lock = arena_strdup(arena, target->blue);
    return true;
}

static bool
find_migration(Conn *conn, Arena *arena, const Homes *homes, const char *text, Target *target,
               Error *error)
{
    const Result *found = NULL;
    const char *origin = home_origin(conn, arena, error);
    char *schema, *name;

    /* names are looked up as the role itself would */
    if (origin != NULL && ident_parse(arena, text, &schema, &name, error) &&
        statement_do(conn, error, "set_local_search_path", NULL))
    {
        const TemplateVar vars[] = {{"oid", target->oid != NULL ? target->oid : "0"},
                                    {"schema", schema},
                                    {"table", name},
                                    {"origin", origin}};

        found = homes_select(conn, homes, "migration_find", vars, 4, "migration_best", error);
    }
    return found != NULL && (result_rows(found) == 0 || take_found(arena, found, target, error));
}

/* Triggers on the table of which no state that we may work on knows: its new owner, who cannot see
 * the state of the old one, has to be told. */
static bool
find_capture(Conn *conn, Arena *arena, Target *target, Error *error)
{
    const Result *found;

    if (target->oid == NULL ||
        (target->migration != 0 && !target->is_over && target->not_ours == NULL))
        return true;
    found = statement_run(conn, error, "capture_whose", "oid", target->oid, NULL);
    if (found == NULL || result_rows(found) == 0)
        return found != NULL;
    target->captured_by = arena_strdup(arena, result_get(found, 0, "migration"));
    target->captured_colour = arena_strdup(arena, result_get(found, 0, "colour"));
    target->captured_state = arena_strdup(arena, result_get(found, 0, "state"));
    target->lock = arena_strdup(arena, result_get(found, 0, "lock"));
    target->may_release = result_get_bool(found, 0, "may_take");
    if (!result_get_bool(found, 0, "is_ours"))
        target->not_ours = arena_strdup(arena, result_get(found, 0, "owner"));
    return true;
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
    return ok && find_capture(conn, arena, target, error) &&
           ((target->migration != 0 && !target->is_over) || target->oid == NULL ||
            home_of_table(conn, target->oid, error));
}

const char *
target_end(const Target *target)
{
    bool swapped = target->captured_by != NULL ? strcmp(target->captured_colour, "green") == 0
                                               : target->is_swapped;

    return swapped ? "finish" : "abort";
}

static bool
refuse_lost_state(const Target *target, Error *error)
{
    error_set(error, ERROR_CHANGED,
              "the capture triggers of migration %s are on table %s, and schema %s does not know "
              "that it is under way",
              target->captured_by, target->label, target->captured_state);
    return error_hint(error, "\"pgswap %s\" takes them off.", target_end(target));
}

bool
target_check_ours(Conn *conn, const Target *target, Error *error)
{
    const Result *role;

    if (target->not_ours == NULL)
        return target->captured_by == NULL || refuse_lost_state(target, error);
    role = statement_run(conn, error, "current_role", "owner", target->not_ours, NULL);
    if (role == NULL)
        return false;
    error_set(error, ERROR_REFUSED,
              "the migration of %s belongs to role %s, and role %s does not have its rights",
              target->label, target->not_ours, result_get(role, 0, "role"));
    if (result_get_bool(role, 0, "may_be"))
        return error_hint(error, "Give PGOPTIONS='-c role=%s'.", result_get(role, 0, "option"));
    return error_hint(error,
                      "Run pgswap as a member of role %s. The owner of the table can take its "
                      "triggers off with \"pgswap %s\".",
                      target->not_ours, target_end(target));
}

static bool
refuse_given(const Target *target, Error *error)
{
    error_set(error, ERROR_CHANGED,
              "table %s was given to role %s, and its migration belongs to another role",
              target->label, target->given_to);
    return error_hint(error,
                      "Undo that (ALTER TABLE … OWNER TO …) and run the same command again, or end "
                      "the migration with \"pgswap %s\".",
                      target_end(target));
}

bool
target_may_go_on(const Target *target, Error *error)
{
    if (target->given_to != NULL)
        return refuse_given(target, error);
    if (!target->is_restored)
        return true;
    error_set(error, ERROR_CHANGED,
              "the migration of %s was under way in another database, of which this is a copy",
              target->label);
    return error_hint(error, "\"pgswap %s\" removes what came of it with the copy.",
                      target_end(target));
}

/* It may have gone away meanwhile. */
static bool
refuse_busy(Conn *conn, const Target *target, Error *error)
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

bool
target_lock(Conn *conn, const Target *target, Error *error)
{
    bool locked;

    return target_try(conn, target, &locked, error) && (locked || refuse_busy(conn, target, error));
}

bool
target_look(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    const Result *result;

    if (!target_find(conn, arena, text, target, error) || !target_check_ours(conn, target, error))
        return false;
    if (target->lock == NULL)
        return true;
    result = statement_run(conn, error, "table_lock_look", "oid", target->lock, NULL);
    return result != NULL &&
           (!result_get_bool(result, 0, "locked") || refuse_busy(conn, target, error));
}

/* What was found may be another thing by the time that the lock is there. */
bool
target_take(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
{
    const char *held = NULL;

    for (;;)
    {
        if (!target_find(conn, arena, text, target, error) ||
            !target_check_ours(conn, target, error))
            return false;
        if (target->lock == NULL || (held != NULL && strcmp(held, target->lock) == 0))
            return true;
        if (!target_lock(conn, target, error))
            return false;
        held = target->lock;
    }
}

bool
target_refuse_unknown(const Target *target, Error *error)
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
