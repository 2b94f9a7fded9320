/*
 * Flags in the state, which a running pgswap on any machine looks at.
 */
#pragma once

#include <stdbool.h>

#include "cmd/session.h"

/* Finds the unfinished migration without taking its lock. */
bool control_find(Session *session, Error *error) ERROR_MUST_CHECK;

/* Sets flags of the migration that was found; each is "true", "false" or "NULL". */
bool control_set(Session *session, const char *paused, const char *hold, Error *error)
    ERROR_MUST_CHECK;

/* Connects, finds the migration, and pauses it or ends its pause. */
bool control_pause(Session *session, bool paused, Error *error) ERROR_MUST_CHECK;
