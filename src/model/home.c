/*
 * Finds and makes the state schemas.
 */
#include "model/home.h"

#include <string.h>

#include "base/text.h"
#include "model/statement.h"
#include "ui/log.h"

enum
{
    STATE_VERSION = 5
};

static bool
refuse_version(const char *name, Error *error)
{
    error_set(error, ERROR_REFUSED, "the state in schema %s is of another version of pgswap", name);
    return error_hint(error,
                      "Finish or abort its migrations with the pgswap that began them, then "
                      "drop schema %s.",
                      name);
}

/* Whether the state is of our version. */
static bool
ask_current(Conn *conn, bool *current, Error *error)
{
    const Result *result = statement_run(conn, error, "state_version", NULL);

    *current = result != NULL && result_rows(result) == 1 &&
               result_get_int(result, 0, "version") == STATE_VERSION;
    return result != NULL;
}

/* One row of templates/state/states.sql. */
typedef struct Known
{
    char *name;
    bool is_owners;
    bool whole;
    bool locked;
} Known;

static bool
list_known(Conn *conn, Arena *arena, const char *table, Known **known, int *count, Error *error)
{
    const Result *result = statement_run(conn, error, "states", "table", table, NULL);

    if (result == NULL)
        return false;
    *count = result_rows(result);
    *known = arena_alloc(arena, sizeof(Known) * (size_t)(*count + 1));
    for (int i = 0; i < *count; i++)
        (*known)[i] = (Known){.name = arena_strdup(arena, result_get(result, i, "name")),
                              .is_owners = result_get_bool(result, i, "is_owners"),
                              .whole = result_get_bool(result, i, "whole")};
    return true;
}

/* What is still what it seemed to be, now that it cannot change any more. */
static bool
lock_known(Conn *conn, Arena *arena, const char *table, Known **known, int *count, Error *error)
{
    Known *before;
    int before_count;

    if (!list_known(conn, arena, table, &before, &before_count, error))
        return false;
    for (int i = 0; i < before_count; i++)
    {
        template_set_state(before[i].name);
        if (before[i].whole && !statement_do(conn, error, "state_lock", NULL))
            return error_context(error, "looking at the state in schema %s", before[i].name);
    }
    if (!list_known(conn, arena, table, known, count, error))
        return false;
    for (int i = 0; i < *count; i++)
        for (int k = 0; k < before_count; k++)
            (*known)[i].locked |= before[k].whole && strcmp((*known)[i].name, before[k].name) == 0;
    return true;
}

static bool
take_known(Conn *conn, const Known *known, Homes *homes, Error *error)
{
    bool current = false;

    template_set_state(known->name);
    if (known->locked && known->whole && !ask_current(conn, &current, error))
        return false;
    if (current)
        homes->names[homes->count++] = known->name;
    else if (known->is_owners)
        return refuse_version(known->name, error);
    else
        homes->outdated = known->name;
    return true;
}

bool
homes_open(Conn *conn, Arena *arena, const char *table, Homes *homes, Error *error)
{
    Known *known;
    int count;

    *homes = (Homes){0};
    if (!statement_do(conn, error, "begin", NULL) ||
        !lock_known(conn, arena, table, &known, &count, error))
        return false;
    homes->names = arena_alloc(arena, sizeof(char *) * (size_t)(count + 1));
    for (int i = 0; i < count; i++)
        if (!take_known(conn, &known[i], homes, error))
            return false;
    if (homes->outdated == NULL)
        return true;
    if (homes->count == 0)
        return refuse_version(homes->outdated, error);
    log_warning("the state in schema %s is left out: it is of another version of pgswap",
                homes->outdated);
    return true;
}

void
homes_keep(Homes *homes, const char *name)
{
    int kept = 0;

    for (int i = 0; i < homes->count; i++)
        if (strcmp(homes->names[i], name) == 0)
            homes->names[kept++] = homes->names[i];
    homes->count = kept;
}

/* One SELECT of them all, each without its semicolon. */
static char *
render_all(Arena *arena, const Homes *homes, const char *name, const TemplateVar *vars, int count,
           Error *error)
{
    Text all = {0};
    char *result = NULL;
    bool ok = true;

    for (int i = 0; i < homes->count && ok; i++)
    {
        char *one, *end;

        template_set_state(homes->names[i]);
        one = template_render_vars(arena, name, vars, count, error);
        ok = one != NULL;
        if (!ok)
            break;
        end = strrchr(one, ';'); /* the last one: there may be others in comments */
        if (end != NULL)
            *end = '\0';
        text_append(&all, i > 0 ? " UNION ALL (" : "(");
        text_append(&all, one);
        text_append(&all, ")");
    }
    if (ok)
        result = arena_strdup(arena, text_cstr(&all));
    text_clear(&all);
    return result;
}

const Result *
homes_select(Conn *conn, const Homes *homes, const char *name, const TemplateVar *vars, int count,
             const char *over, Error *error)
{
    Arena *scratch = arena_new();
    char *all = render_all(scratch, homes, name, vars, count, error);
    const Result *result =
        all == NULL ? NULL : statement_run(conn, error, over, "found", all, NULL);

    arena_free(scratch);
    return result;
}

const char *
home_origin(Conn *conn, Arena *arena, Error *error)
{
    const Result *result = statement_run(conn, error, "origin", NULL);

    return result != NULL ? arena_strdup(arena, result_get(result, 0, "origin")) : NULL;
}

bool
home_of_table(Conn *conn, const char *table, Error *error)
{
    const Result *state = statement_run(conn, error, "state_present", "table", table, NULL);

    if (state != NULL && result_rows(state) == 1)
        template_set_state(result_get(state, 0, "name"));
    return state != NULL;
}

static bool
refuse_rights(const Result *state, Error *error)
{
    error_set(error, ERROR_REFUSED, "role %s may not create schemas in database %s",
              result_get(state, 0, "role"), result_get(state, 0, "database"));
    return error_hint(error,
                      "A superuser or the database's owner can allow it: GRANT CREATE "
                      "ON DATABASE %s TO %s;",
                      result_get(state, 0, "database"), result_get(state, 0, "role"));
}

static bool
install(Conn *conn, const Result *state, Error *error)
{
    if (!result_get_bool(state, 0, "may_create"))
        return refuse_rights(state, error);
    return statement_do(conn, error, "state_install", "version", number(STATE_VERSION).text,
                        "owner", result_get(state, 0, "owner"), "first",
                        result_get(state, 0, "first"), NULL);
}

bool
home_make(Conn *conn, const char *table, Error *error)
{
    const Result *state;

    if (!statement_do(conn, error, "begin", NULL) ||
        !statement_do(conn, error, "install_lock", NULL))
        return false;
    state = statement_run(conn, error, "state_present", "table", table, NULL);
    if (state == NULL)
        return false;
    if (result_rows(state) == 0)
        return error_set(error, ERROR_CHANGED, "the table was dropped just now");
    if (strcmp(result_get(state, 0, "name"), template_state()) != 0)
        /* what is planned has the name in it already: all is begun anew, over a new connection */
        return error_set(error, ERROR_CONNECTION, "schema %s was made by another role just now",
                         template_state());
    return (result_get_bool(state, 0, "present") || install(conn, state, error)) &&
           statement_do(conn, error, "commit", NULL);
}

bool
home_own(Conn *conn, Error *error)
{
    return statement_generate(conn, error, "state_own", NULL);
}
