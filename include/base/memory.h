/*
 * Heap memory that is there or ends the program: nothing here returns NULL.  Freed with free().
 */
#pragma once

#include <stddef.h>

/* count * size zeroed bytes. */
void *memory_new(size_t count, size_t size);

/* As realloc(), for count * size bytes; what is added is not zeroed. */
void *memory_resize(void *block, size_t count, size_t size);

/* A copy of text; NULL stays NULL. */
char *memory_strdup(const char *text);
