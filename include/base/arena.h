/*
 * Memory that lives as long as a command: allocated piece by piece, freed at once.
 *
 * Allocation never returns NULL: out of memory ends the program (nothing is lost by that, since all
 * state is in the database).
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_new(void);

/* Frees the arena and everything allocated from it.  NULL is allowed. */
void arena_free(Arena *arena);

/* Returns size bytes, zeroed and aligned for any type. */
void *arena_alloc(Arena *arena, size_t size);

/* Copies of text, NUL-terminated.  arena_strdup(arena, NULL) is NULL. */
char *arena_strdup(Arena *arena, const char *text);
char *arena_strndup(Arena *arena, const char *text, size_t length);
char *arena_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(Arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
