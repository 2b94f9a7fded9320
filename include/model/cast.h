/*
 * Whether a column goes over to its new type by a mere cast: its value is cast to the new type, and
 * nothing else is done with it.  Told from the mapping's expression as the server spells it.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "model/mapping.h"

/*
 * True if the expression is the column (quoted or not), or "(column)::type", with the type of the
 * new column, where the spelling may leave the type's schema out.  A cast to another type on the
 * way may round, and is no mere one.  Without an expression a column that has a source counts as
 * cast.
 */
bool cast_is_mere(Arena *scratch, const MapColumn *column);
