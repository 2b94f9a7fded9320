/*
 * What is read off green when the change is on it: the objects to build after the load, what must
 * come out of the swap, and what the user should know.
 */
#pragma once

#include <stdbool.h>

#include "model/shape.h"

/* shape_changes: a statement prepared before the swap may return something else after it. */
bool outcome_read(Conn *conn, Arena *arena, const Table *blue, const Parameters *parameters,
                  bool shape_changes, Shape *shape, Error *error) ERROR_MUST_CHECK;
