/*
 * Identifiers with Unicode escapes: U&"d\0061t\+000061".
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/*
 * The name that an identifier of the form U&"…" (length bytes, quotes and prefix included) stands
 * for, in UTF-8.  NULL with ERROR_FAULT for an escape that is not a character.
 */
char *unicode_ident_decode(Arena *arena, const char *start, size_t length, char escape,
                           Error *error) ERROR_MUST_CHECK;
