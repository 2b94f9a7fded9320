/*
 * follow: the old table is kept in sync after the swap.
 */
#include "phase/follow.h"

#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/wayback.h"
#include "tool/signals.h"

static bool
follow_once(Session *session, Error *error)
{
    return session_take_migration(session, error) && wayback_check(&session->context, error) &&
           signals_check(&session->context, error) &&
           follow_run(&session->context, session->follow_until, error);
}

bool
follow_command(Session *session, Error *error)
{
    int64_t time = session->options->follow;

    session->follow_until = time > 0 ? clock_ms() + time : INT64_MAX;
    return session_retry(session, follow_once, error);
}
