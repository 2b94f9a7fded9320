/*
 * Parity: proves that both tables hold the same rows.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Proves parity, and catches up with what came meanwhile; ERROR_PARITY if the tables differ. */
bool parity_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Catches up and makes a parity pass, at any time, without a change of phase; one that a TRUNCATE
 * disturbs is made again. */
bool parity_check(Context *context, Error *error) ERROR_MUST_CHECK;
