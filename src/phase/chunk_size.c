/*
 * Chunk size that follows a target time.
 */
#include "phase/chunk_size.h"

#include <stdlib.h>

void
chunk_size_init(ChunkSize *size, int64_t target_ms, int64_t fixed)
{
    *size = (ChunkSize){
        .target_ms = target_ms, .fixed = fixed, .blocks = fixed > 0 ? fixed : CHUNK_FIRST};
}

static int
by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void
resize(ChunkSize *size, int64_t blocks)
{
    size->blocks = blocks < CHUNK_LEAST ? CHUNK_LEAST : blocks > CHUNK_MOST ? CHUNK_MOST : blocks;
    size->count = 0;
}

void
chunk_size_halve(ChunkSize *size)
{
    if (size->fixed == 0)
        resize(size, size->blocks / 2);
}

void
chunk_size_note(ChunkSize *size, int64_t elapsed_ms)
{
    int64_t slow, wanted, most;

    if (size->fixed > 0)
        return;
    if (elapsed_ms > 5 * size->target_ms)
    {
        resize(size, size->blocks * size->target_ms / elapsed_ms);
        return;
    }
    size->times[size->count++] = elapsed_ms;
    if (size->count < CHUNK_WINDOW)
        return;
    qsort(size->times, CHUNK_WINDOW, sizeof(size->times[0]), by_time);
    slow = size->times[CHUNK_WINDOW * 9 / 10 - 1];
    wanted = size->blocks * size->target_ms / (slow > 0 ? slow : 1);
    most = size->blocks + size->blocks / 2;
    resize(size, wanted > most ? most : wanted);
}
