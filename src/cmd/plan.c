/*
 * plan: examines, and says what run would do.
 */
#include "cmd/command.h"
#include "cmd/decide.h"
#include "cmd/report.h"

bool
plan_command(Session *session, Error *error)
{
    Decision decision;

    if (!session_connect(session, error) || !decide_run(session, false, &decision, error))
        return false;
    report_plan(session, decision.continues ? NULL : &decision.plan);
    return true;
}
