/*
 * Build: makes the new table, beside live and under its final names, and begins the migration.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "model/parameters.h"
#include "model/spec.h"
#include "model/table.h"
#include "tool/context.h"

/* Makes green, derives the mapping, and begins the migration: one transaction.  Sets
 * context->migration. */
bool build_run(Context *context, const Table *blue, const Spec *spec, const Parameters *parameters,
               Error *error) ERROR_MUST_CHECK;
