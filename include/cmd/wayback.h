/*
 * The way back, as follow keeps it and revert goes it.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* ERROR_REFUSED if the table is not swapped, or the swap has no way back. */
bool wayback_check(const Context *context, Error *error) ERROR_MUST_CHECK;
