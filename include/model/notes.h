/*
 * What is noted for people, in order.
 */
#pragma once

#include "base/arena.h"

typedef struct Notes
{
    int count;
    char **items;
} Notes;

/* Adds a copy of the text. */
void notes_add(Arena *arena, Notes *notes, const char *text);
