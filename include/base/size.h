/*
 * Amounts of bytes with PostgreSQL's units.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Reads a whole number and one of B, kB, MB, GB, TB (times 1024 each).  A number without a unit is
 * refused: a setting of the server would be in kilobytes or pages. */
bool size_parse(const char *text, int64_t *bytes, Error *error) ERROR_MUST_CHECK;
