/*
 * pause and continue: flags in the state, which a running pgswap on any machine looks at.
 */
#include "cmd/command.h"
#include "model/statement.h"
#include "ui/log.h"

bool
control_set(Session *session, const char *paused, const char *hold, Error *error)
{
    Context *context = &session->context;
    const char *schema, *name;
    bool present;

    if (!journal_open(context->control, false, &present, error) ||
        !session_table_name(session, &schema, &name, error) ||
        (present &&
         !journal_find(context->control, context->arena, schema, name, &context->migration, error)))
        return false;
    if (context->migration == NULL)
        return error_set(error, ERROR_FAULT, "no migration of %s.%s is under way", schema, name);
    return statement_do(context->control, error, "flags_set", "paused", paused, "hold", hold,
                        "migration", context->migration->id_text, NULL);
}

bool
pause_command(Session *session, Error *error)
{
    if (!session_connect(session, error) || !control_set(session, "true", "NULL", error))
        return false;
    log_info("%s is paused: no row is copied and nothing is swapped",
             session->context.migration->pairs[0].live);
    return true;
}

bool
continue_command(Session *session, Error *error)
{
    if (!session_connect(session, error) || !control_set(session, "false", "NULL", error))
        return false;
    log_info("%s goes on", session->context.migration->pairs[0].live);
    return true;
}
