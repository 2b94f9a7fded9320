/*
 * The way back: the mapping from green to blue, derived when green is built, so that what has no
 * way back is known before anything starts.
 *
 * A column that only changed its type or name is cast back.  A column that the change drops keeps,
 * in blue, the values of the rows blue still has; new rows get its default.  --reverse-map says it
 * for the rest: a type change with a USING expression of its own, a dropped NOT NULL column without
 * a default.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/probe.h"
#include "model/shape.h"

/* Whether a key column keeps different values different: unchanged, or by a cast known to do so,
 * between times of day and moments only in a time zone that never changes its offset. */
bool reverse_ask_distinct(Probe *probe, const Column *from, const Column *to, const MapColumn *map,
                          bool *holds, Error *error) ERROR_MUST_CHECK;

/*
 * Derives shape->reverse, or sets shape->no_way_back to the reason why there is none.  probe stands
 * over green's columns; blue_columns and green_columns are the tables' columns.
 */
bool reverse_derive(Probe *probe, const Spec *spec, const ColumnList *blue_columns,
                    const ColumnList *green_columns, Shape *shape, Error *error) ERROR_MUST_CHECK;
