/*
 * Build: makes the new table, beside live and under its final names, and begins the migration.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Makes green, derives the mapping, and begins the migration of context->order: one transaction.
 * Sets context->migration. */
bool build_run(Context *context, Error *error) ERROR_MUST_CHECK;
