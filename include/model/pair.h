/*
 * Makes a Pair from its row in the state: derives every list that the templates need.
 */
#pragma once

#include "model/journal.h"

/* Takes row number row of templates/pair_read.sql. */
bool pair_take(Arena *arena, const Result *result, int row, const Migration *migration, Pair *pair,
               Error *error) ERROR_MUST_CHECK;
