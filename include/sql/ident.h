/*
 * Quoting of identifiers and literals, and reading of names that a user typed.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* Always quotes: orders -> "orders", say "hi" -> "say ""hi""". */
char *ident_quote(Arena *arena, const char *name);

/* schema and name, quoted and joined: "app"."orders". */
char *ident_qualified(Arena *arena, const char *schema, const char *name);

/* 'it''s'; with a backslash inside, E'…' so that any standard_conforming_strings reads it right.
 * NULL becomes NULL (without quotes). */
char *literal_quote(Arena *arena, const char *text);

/*
 * Reads [schema.]table as psql does: unquoted parts are folded to lower case (ASCII), quoted ones
 * are taken as they are.  schema is NULL if none was given.  ERROR_FAULT on bad syntax, an empty
 * part, more than two parts, or a part longer than 63 bytes.
 */
bool ident_parse(Arena *arena, const char *text, char **schema, char **name, Error *error)
    ERROR_MUST_CHECK;
