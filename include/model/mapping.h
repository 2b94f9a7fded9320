/*
 * The mapping: for every column of standby the SQL expression over live's columns that produces its
 * value, or none; and how the key of live becomes the key of standby.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

typedef struct MapColumn
{
    char *name;       /* column of standby */
    char *type;       /* its type, as format_type writes it */
    char *expression; /* over live's columns, the server's spelling; NULL: standby makes the value
                         itself (a new column's volatile default, identity, generated) */
    char *compared;   /* expression over live's columns to compare it with, or NULL: left out of
                         parity */
    char *agreed; /* once green has been live: the value in the form on which both ways agree, over
                     live's columns, or NULL: compared */
    char *agreed_standby; /* and over standby's, or NULL: the column itself */
    char *source;         /* the column of live that it continues, or NULL: a new column */
    char *source_type;    /* type of that column, or NULL */
    bool binary;          /* compared in its binary form; else as text */
    bool unchanged;       /* continues its source as it is; known while planning only */
} MapColumn;

typedef struct MapKey
{
    char *live;      /* column of live */
    char *live_type; /* with COLLATE where it matters */
    char *live_equality;
    char *standby; /* column of standby that continues it */
    char *standby_type;
    char *standby_equality;
    char *expression; /* over the key columns of live: the value of the standby column */
} MapKey;

typedef struct Mapping
{
    int column_count;
    MapColumn *columns;
    int key_count;
    MapKey *keys;
    int kept_count; /* columns of standby that live does not have: apply keeps what standby holds */
    char **kept;
    char *dropped; /* live's foreign keys that the change drops: literals, comma-separated, or "" */
} Mapping;

/* Text in the arena; but for "unchanged" it tells all. */
char *mapping_to_json(Arena *arena, const Mapping *mapping);

/* Reads that; what it holds lies in the arena.  ERROR_FAULT if a member is not there, is of another
 * kind than it was written, or is null where it must not be. */
bool mapping_from_json(Arena *arena, const char *json, Mapping *mapping, Error *error)
    ERROR_MUST_CHECK;

/* The columns that continue one of live's, as rows of literals for a VALUES list:
 * ('source', 'its type', 'name', 'type'), … */
char *mapping_rows(Arena *arena, const Mapping *mapping);
