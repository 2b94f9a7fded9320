/*
 * Data that the new table cannot hold: finds the row behind the server's error and names it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/heap.h"
#include "tool/context.h"

/* A value does not fit, or a row breaks a constraint. */
bool baddata_is(const Error *error);

/*
 * The copy of these blocks of a heap of live failed with *error: adds the key of the row and the
 * column to it. Errors that are not the data's fault are left as they are.  Returns false, always.
 */
bool baddata_in_range(Context *context, const Pair *pair, const HeapRange *range, Error *error);

/* The same for a failed apply of the pending keys (which are rolled back and pending again). */
bool baddata_in_pending(Context *context, const Pair *pair, Error *error);

/* An index, given as its statement, could not be built unique: names two keys that collide. */
bool baddata_in_index(Context *context, const Pair *pair, const char *index, Error *error);
