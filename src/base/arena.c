/*
 * An arena is a chain of blocks; a piece is cut from the newest block, and a piece larger than a
 * quarter of a block gets a block of its own, so that little is wasted.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/memory.h"
#include "base/text.h"

enum
{
    BLOCK_SIZE = 16 * 1024,
    LARGE_SIZE = BLOCK_SIZE / 4
};

typedef struct Block
{
    struct Block *next;
    size_t used; /* bytes of data */
    size_t size;
    _Alignas(max_align_t) char data[];
} Block;

struct Arena
{
    Block *open;  /* where pieces are cut from; NULL at first */
    Block *large; /* blocks of one piece each */
};

Arena *
arena_new(void)
{
    return memory_new(1, sizeof(Arena));
}

static void
free_chain(Block *block)
{
    while (block != NULL)
    {
        Block *next = block->next;

        free(block);
        block = next;
    }
}

void
arena_free(Arena *arena)
{
    if (arena == NULL)
        return;
    free_chain(arena->open);
    free_chain(arena->large);
    free(arena);
}

static Block *
push_block(Block **chain, size_t size)
{
    Block *block = memory_new(1, sizeof(Block) + size);

    block->size = size;
    block->next = *chain;
    *chain = block;
    return block;
}

void *
arena_alloc(Arena *arena, size_t size)
{
    const size_t unit = _Alignof(max_align_t);
    Block *block = arena->open;
    void *piece;

    if (size > SIZE_MAX / 2)
        fault("out of memory (%zu bytes)", size);
    size = size == 0 ? unit : (size + unit - 1) / unit * unit;
    if (size > LARGE_SIZE)
        block = push_block(&arena->large, size);
    else if (block == NULL || block->size - block->used < size)
        block = push_block(&arena->open, BLOCK_SIZE);
    piece = block->data + block->used;
    block->used += size;
    return piece;
}

char *
arena_strdup(Arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_strndup(arena, text, strlen(text));
}

char *
arena_strndup(Arena *arena, const char *text, size_t length)
{
    char *copy;

    if (text == NULL)
        return NULL;
    length = strnlen(text, length);
    copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy; /* the arena's memory is zeroed: the final NUL is there */
}

char *
arena_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

char *
arena_vprintf(Arena *arena, const char *format, va_list args)
{
    Text text = {0};
    char *copy;

    text_vprintf(&text, format, args);
    copy = arena_strndup(arena, text.data, text.length);
    text_clear(&text);
    return copy;
}
