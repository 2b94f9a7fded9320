/*
 * status: how migrations stand, read from the state; takes no lock and works from any machine.
 */
#include "cmd/command.h"
#include "cmd/report.h"
#include "model/home.h"
#include "model/statement.h"

/* The migration of the table that the user named, in the one state that has it; "NULL": all. */
static bool
find_one(Session *session, const char **home, const char **migration, Error *error)
{
    Context *context = &session->context;
    Target *target = &session->target;

    if (!target_find(context->control, context->arena, session->options->table, target, error))
        return false;
    if (target->migration == 0 && target->captured_by != NULL)
        return target_check_ours(context->control, target, error);
    if (target->migration == 0)
        return error_set(error, ERROR_FAULT, "there is no migration of %s", target->label);
    *home = target->state;
    *migration = arena_strdup(context->arena, number(target->migration).text);
    return true;
}

/* The rows to show; *result is NULL if there are none.  The transaction ends with the connection.
 */
static bool
read_rows(Session *session, const Result **result, Error *error)
{
    Context *context = &session->context;
    TemplateVar vars[] = {{"migration", "NULL"}, {"origin", NULL}};
    const char *home = NULL;
    Homes homes;

    *result = NULL;
    if ((session->options->table != NULL && !find_one(session, &home, &vars[0].value, error)) ||
        !homes_open(context->control, context->arena, "0", &homes, error))
        return false;
    if (home != NULL)
        homes_keep(&homes, home);
    vars[1].value = home_origin(context->control, context->arena, error);
    if (homes.count > 0 && vars[1].value != NULL)
        *result = homes_select(context->control, &homes, "status", vars, 2, "status_all", error);
    return error->kind == ERROR_NONE;
}

bool
status_command(Session *session, Error *error)
{
    const Result *rows;

    if (!session_connect(session, error) || !read_rows(session, &rows, error))
        return false;
    report_status(session, rows);
    return true;
}
