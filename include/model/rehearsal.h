/*
 * What hangs on the table (views, policies, conditions of triggers, rules, functions, foreign keys)
 * is tried on the empty green, before anything is begun: a new type may not suit it, and the swap
 * would fail after the whole copy.
 */
#pragma once

#include "model/refusals.h"
#include "model/shape.h"

/*
 * In the transaction in which shape_make() has made the shape, and which must be rolled back: what
 * the swap could not make again is added to the list, each object with the server's words.  A lock
 * that cannot be had, and the like, is an error.
 */
bool rehearsal_run(Conn *conn, Arena *arena, const Table *blue, const Parameters *parameters,
                   const Shape *shape, RefusalList *list, Error *error) ERROR_MUST_CHECK;
