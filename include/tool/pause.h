/*
 * The operator's "pause": no row is copied, no strong lock is asked for and no phase is begun. What
 * runs already (an index, a comparison) comes to its end.
 *
 * A command that is given while the migration is paused ends at once; one that is at work already
 * waits for "continue".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "tool/context.h"

/* ERROR_PAUSED, with who paused it and when, if it is paused. */
bool pause_refuse(Context *context, Error *error) ERROR_MUST_CHECK;

/* Tells the operator, now and then, and writes what is waited for.  pause is journal_pause()'s. */
void pause_say(Context *context, const char *pause, Text *waiting_for);

/* Waits while it is paused, and keeps the change log small; *waited (may be NULL) is how long, in
 * ms. */
bool pause_wait(Context *context, int64_t *waited, Error *error) ERROR_MUST_CHECK;
