/*
 * Follow: after the swap, keeps the old table in sync.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* Keeps standby in sync until that time of clock_ms(), or stopped.  Rows that standby cannot hold
 * are no error here: the state says since when and why a revert is not possible. */
bool follow_run(Context *context, int64_t until, Error *error) ERROR_MUST_CHECK;
