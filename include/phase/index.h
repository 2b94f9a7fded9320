/*
 * Index: purges what is pending, then builds key, indexes and constraints.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Purges the rows of pending keys and builds key, indexes and constraints, in the pool. */
bool index_run(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;
