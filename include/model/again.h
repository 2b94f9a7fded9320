/*
 * Views that are made again from their own text: PostgreSQL may spell the text otherwise then (a
 * bare NULL in a UNION becomes NULL::integer AS int4), and from then on stays with it.
 */
#pragma once

#include "model/refusals.h"
#include "model/shape.h"

/*
 * In the transaction in which the shape is made: makes each view that the shape's live description
 * has once more, beside green, takes the spelling into both descriptions, and undoes it.  A view
 * that its own text cannot make is added to the list.
 */
bool again_read(Conn *conn, Arena *arena, const Parameters *parameters, Shape *shape,
                RefusalList *list, Error *error) ERROR_MUST_CHECK;
