/*
 * Settle: what the swap leaves for afterwards.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Does what the swap left for afterwards: runs the hook, validates foreign keys, refreshes
 * materialized views. */
bool settle_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Of that, what another swap cannot do without; the way back does not wait for a scan. */
bool settle_before_swap(Context *context, Error *error) ERROR_MUST_CHECK;
