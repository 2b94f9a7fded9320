/*
 * Catch-up: applies pending keys until few are left.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Applies pending keys in rounds until few are left. */
bool catchup_run(Context *context, Error *error) ERROR_MUST_CHECK;
