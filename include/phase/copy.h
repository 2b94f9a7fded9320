/*
 * Copy: live to standby by ranges of heap blocks.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Copies live to standby, chunk by chunk, on all connections. */
bool copy_run(Context *context, Error *error) ERROR_MUST_CHECK;
