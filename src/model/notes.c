/*
 * A list that grows in an arena; it stays short.
 */
#include "model/notes.h"

#include <string.h>

void
notes_add(Arena *arena, Notes *notes, const char *text)
{
    char **grown = arena_alloc(arena, sizeof(char *) * (size_t)(notes->count + 1));

    if (notes->count > 0)
        memcpy(grown, notes->items, sizeof(char *) * (size_t)notes->count);
    grown[notes->count++] = arena_strdup(arena, text);
    notes->items = grown;
}
