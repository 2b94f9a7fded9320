/*
 * The description of a table and of what refers to it, read from the catalog, as lines of text; and
 * the gate that compares what came out with what must come out.
 *
 * "own" lines are on the table wherever it stands; "swap" lines (triggers, foreign keys, policies
 * …) come to it in the swap only.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/await.h"

typedef struct DescriptionLine
{
    bool in_swap;
    bool is_marked; /* one mark tells of all such lines that they are as they were */
    char *name;     /* index orders_pkey, column id, … */
    char *definition;
    char *respelled; /* what the definition may be as well, or NULL */
} DescriptionLine;

typedef struct Description
{
    int count;
    DescriptionLine *lines; /* in the order of name */
    char *known;            /* texts that take long to print, to be given when it is read again */
} Description;

/*
 * Reads the description of a table; schema is where it stands now, home where it will stand: names
 * in the text are written as if it stood in home.  known is NULL, or an earlier description of the
 * same table, in an arena that lives as long: what it says is bound to the rows of the catalog that
 * it was made of, so what was altered since is read all the same.
 */
bool description_read(Conn *conn, Arena *arena, const char *oid, const char *schema,
                      const char *home, const Description *known, Description *description,
                      Error *error) ERROR_MUST_CHECK;

char *description_to_json(Arena *arena, const Description *description);

/* Reads that into the arena.  ERROR_FAULT if a member is not there or of another kind than it was
 * written, or if the lines are not in order. */
bool description_from_json(Arena *arena, const char *json, Description *description, Error *error)
    ERROR_MUST_CHECK;

/* Which lines a comparison looks at. */
typedef enum DescriptionScope
{
    DESCRIPTION_ALL,
    DESCRIPTION_OWN,
} DescriptionScope;

/* Why they may differ, for the words: others altered the table (column x was added; column y was
 * altered: default: 1, was 0), or it did not come out as planned (… is missing; … should be 0). */
typedef enum DescriptionReason
{
    DESCRIPTION_CHANGE,
    DESCRIPTION_OUTCOME,
} DescriptionReason;

/* Describes the differences, a few lines of text; NULL if there are none. */
char *description_compare(Arena *arena, const Description *expected, const Description *actual,
                          DescriptionScope scope, DescriptionReason reason);

/* Reads the description of a table that stands in its home schema, and requires all of it to be as
 * expected: else ERROR_CHANGED with this message, and the differences as detail. */
bool description_require(Conn *conn, const char *oid, const char *schema, const Description *known,
                         const Description *expected, DescriptionReason reason, Error *error,
                         const char *format, ...) __attribute__((format(printf, 8, 9)))
ERROR_MUST_CHECK;

/* The line of that name, or NULL. */
DescriptionLine *description_find(const Description *description, const char *name);

/* What must come out: green's own lines, and the lines of live that come to it in the swap. */
Description description_merge(Arena *arena, const Description *own, const Description *live);

/* Makes a line match whatever its definition is: it must be there, but the server may spell it
 * anew. */
void description_any(Arena *arena, Description *description, const char *name);

/* Takes a line out. */
void description_remove(Description *description, const char *name);
