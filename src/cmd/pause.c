/*
 * pause: no rows are copied and nothing is swapped until continue.
 */
#include "cmd/command.h"
#include "cmd/control.h"

bool
pause_command(Session *session, Error *error)
{
    return control_pause(session, "true", "is paused: no rows are copied, nothing is swapped",
                         error);
}
