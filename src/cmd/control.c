/*
 * Flags of a migration that another pgswap may be at work on.
 */
#include "cmd/control.h"

#include "cmd/report.h"
#include "model/statement.h"
#include "tool/dual.h"
#include "tool/durable.h"

bool
control_find(Session *session, Error *error)
{
    Context *context = &session->context;
    Target *target = &session->target;

    if (!target_find(context->control, context->arena, session->options->table, target, error) ||
        !target_check_ours(context->control, target, error))
        return false;
    if (target->migration == 0 || target->is_over)
        return target_refuse_unknown(target, error);
    return target_may_go_on(target, error) &&
           journal_load(context->control, context->arena, target->migration, &context->migration,
                        error);
}

bool
control_set(Session *session, const char *paused, const char *hold, Error *error)
{
    Context *context = &session->context;
    char host[JOURNAL_HOST_SIZE];

    return statement_do(context->control, error, "flags_set", "paused", paused, "hold", hold,
                        "host", journal_host(host), "migration", context->migration->id_text,
                        NULL) &&
           durable_wait(context, error);
}

bool
control_pause(Session *session, bool paused, Error *error)
{
    Context *context = &session->context;

    if (!session_connect(session, error) || !control_find(session, error) ||
        !control_set(session, paused ? "true" : "false", "NULL", error) ||
        (paused && context->migration->dual_write && !dual_stop(context, error)))
        return false;
    report_paused(session, paused);
    return true;
}
