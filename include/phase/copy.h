/*
 * Copy: live to standby by ranges of heap blocks.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Copies live to standby, chunk by chunk, on all connections of the pool. */
bool copy_run(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;
