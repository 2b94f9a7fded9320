/*
 * pause: no rows are copied and nothing is swapped until continue.
 */
#include "cmd/command.h"
#include "cmd/control.h"

bool
pause_command(Session *session, Error *error)
{
    return control_pause(session, true, error);
}
