/*
 * Allocation that never fails: out of memory ends the program.
 */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

void *
memory_new(size_t count, size_t size)
{
    void *block = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

    if (block == NULL)
        fault("out of memory (%zu times %zu bytes)", count, size);
    return block;
}

void *
memory_resize(void *block, size_t count, size_t size)
{
    void *resized;

    if (size != 0 && count > SIZE_MAX / size)
        fault("out of memory (%zu times %zu bytes)", count, size);
    resized = realloc(block, count * size > 0 ? count * size : 1);
    if (resized == NULL)
        fault("out of memory (%zu times %zu bytes)", count, size);
    return resized;
}

char *
memory_strdup(const char *text)
{
    size_t size;
    char *copy;

    if (text == NULL)
        return NULL;
    size = strlen(text) + 1;
    copy = memory_new(size, 1);
    memcpy(copy, text, size);
    return copy;
}
