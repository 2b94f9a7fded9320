/*
 * Green's shape: builds the empty green with the user's change on it and reads off what the change
 * means: the mapping, the objects to build after the load, and what must come out of the swap.
 *
 * Runs inside a transaction of the caller's: plan rolls it back, build commits it.  The change and
 * all expressions over rows are read and run with the parameters of the table's owner.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/description.h"
#include "model/mapping.h"
#include "model/notes.h"
#include "model/parameters.h"
#include "model/spec.h"
#include "model/table.h"
#include "pg/await.h"

/* An index, constraint or setting of green as the statement that makes it again. */
typedef struct ShapeObject
{
    char *kind; /* index, constraint, setting, check */
    char *name;
    char *statement;
    char *unique_columns;   /* what a unique index is over, or NULL */
    char *unique_predicate; /* for which rows it holds, or NULL */
} ShapeObject;

typedef struct Shape
{
    char *schema;    /* where green stands */
    char *green;     /* OID */
    char *qualified; /* quoted */
    bool rewrites;   /* a plain ALTER TABLE would rewrite the table */
    Mapping mapping;
    Mapping reverse;      /* from green to blue, for the way back */
    char *no_way_back;    /* why there is none, or NULL */
    Description live;     /* of blue, before anything was done */
    Description expected; /* what must come out of the swap */
    int object_count;
    ShapeObject *objects;
    Notes warnings; /* what the user should know */
    Notes computed; /* what has values that depend on the parameters */
} Shape;

/* ERROR_STATEMENT if the server refuses the change, ERROR_REFUSED if pgswap does. */
bool shape_make(Conn *conn, Arena *arena, const Table *blue, const Spec *spec,
                const Parameters *parameters, const char *schema, Shape *shape, Error *error)
    ERROR_MUST_CHECK;
