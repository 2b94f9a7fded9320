/*
 * Waiting where a signal (tool/signals.h) holds work up between phases and attempts.  A command
 * that is given while the migration is paused ends at once; one that is at work already waits for
 * "continue".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/signals.h"

/* ERROR_PAUSED, with who paused it and when, if it is paused. */
bool throttle_refuse(Context *context, Error *error) ERROR_MUST_CHECK;

/* What is done meanwhile, twice a second. */
typedef bool (*ThrottleMeanwhile)(Context *context, Error *error);

/* Waits while a signal holds this asker up; *waited (may be NULL) is how long, in ms. */
bool throttle_wait(Context *context, Asker asker, ThrottleMeanwhile meanwhile, int64_t *waited,
                   Error *error) ERROR_MUST_CHECK;
