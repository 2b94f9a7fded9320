/*
 * continue: ends a pause.
 */
#include "cmd/command.h"
#include "cmd/control.h"

bool
continue_command(Session *session, Error *error)
{
    return control_pause(session, false, error);
}
