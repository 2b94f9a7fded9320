/*
 * What hangs on a table and cannot go along: read from the catalog before anything is touched.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/mapping.h"
#include "pg/await.h"

typedef struct Refusal
{
    char *what;   /* the object, with its name */
    char *why;    /* what would happen to it */
    char *remedy; /* what the user can do */
} Refusal;

typedef struct RefusalList
{
    int count;
    Refusal *items;
} RefusalList;

/* Materialized views over a table, directly or not. */
typedef struct MatviewFacts
{
    bool present;
    RefusalList obstacles; /* to building them over another table ahead */
    char *printed;         /* search_path that their texts are printed with for that */
    char *read;            /* and that they are read back with in the other table's schema */
} MatviewFacts;

/* path: the search_path of the table's owner. */
bool matviews_look(Conn *conn, Arena *arena, const char *live, const char *schema, const char *path,
                   MatviewFacts *facts, Error *error) ERROR_MUST_CHECK;

/* Reads what of a table cannot be carried over.  No refusal is not an error, and neither is one.
 * Materialized views that cannot be built ahead are refused unless the user chose to have them
 * refreshed after the swap, publications FOR ALL TABLES unless the user says that no subscriber
 * minds. */
bool refusals_read(Conn *conn, Arena *arena, const char *oid, bool refresh_matviews,
                   bool force_publication, RefusalList *list, Error *error) ERROR_MUST_CHECK;

/* What the change has put on green and must not be there while it is filled. */
bool refusals_read_green(Conn *conn, Arena *arena, const char *green, RefusalList *list,
                         Error *error) ERROR_MUST_CHECK;

/* What hangs on columns that the change drops or renames and cannot follow. */
bool refusals_read_change(Conn *conn, Arena *arena, const char *blue, const char *green,
                          const Mapping *mapping, RefusalList *list, Error *error) ERROR_MUST_CHECK;

/* Publications FOR ALL SEQUENCES, if the migration makes or moves a sequence. */
bool refusals_read_sequences(Conn *conn, Arena *arena, const char *blue, const char *green,
                             const Mapping *mapping, RefusalList *list, Error *error)
    ERROR_MUST_CHECK;

void refusals_add(Arena *arena, RefusalList *list, const char *what, const char *why,
                  const char *remedy);

/* Turns a list that is not empty into an ERROR_REFUSED that names all of it; true if it is empty.
 */
bool refusals_check(const RefusalList *list, const char *table, Error *error) ERROR_MUST_CHECK;
