/*
 * Swap: exchanges live and standby.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Exchanges live and standby. */
bool swap_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* From here on even reading the table does not wait longer than --swap-deadline. */
bool swap_patience(Context *context, Error *error) ERROR_MUST_CHECK;
