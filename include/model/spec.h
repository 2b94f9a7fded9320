/*
 * What the user asked for: the changes and the explicit mapping, in the order given.  A run of the
 * same specification continues an unfinished one; the hash tells.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

typedef struct SpecMap
{
    char *column;     /* of green, unquoted */
    char *expression; /* over live's columns */
} SpecMap;

/* A statement of the change: actions of an ALTER TABLE on green, or any other SQL with :green. */
typedef struct SpecStatement
{
    char *actions; /* what follows ALTER TABLE <green>, or NULL */
    char *sql;     /* the whole statement with :green in it, or NULL */
} SpecStatement;

typedef struct Spec
{
    int statement_count;
    SpecStatement *statements;
    int map_count;
    SpecMap *maps;
    int reverse_map_count;
    SpecMap *reverse_maps; /* of blue over green's columns, for the way back */
    char *json;            /* canonical form, as kept in the state */
    char *hash;            /* 32 hexadecimal digits over json */
} Spec;

/*
 * Reads what the options said.  alters and maps are NULL-terminated lists of --alter, --map and
 * --reverse-map values; script is the text of the -f file or NULL.  ERROR_FAULT for what cannot be
 * scanned or is not UTF-8, ERROR_REFUSED for statements that have no place in a change (transaction
 * control, a statement without :green, renaming the table itself).
 */
bool spec_read(Arena *arena, const char *const *alters, const char *script, const char *const *maps,
               const char *const *reverse_maps, Spec *spec, Error *error) ERROR_MUST_CHECK;
