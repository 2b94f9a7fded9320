/*
 * Rows that differ only because a stored generated column holds what its expression gave once, and
 * the new table computes it now: a function in it was replaced since.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/compare.h"
#include "tool/context.h"

/* ERROR_PARITY with the column if that is why the first row of a comparison differs; true if it is
 * not, or nothing differs. */
bool apart_check(Context *context, const Compare *compare, Error *error) ERROR_MUST_CHECK;
