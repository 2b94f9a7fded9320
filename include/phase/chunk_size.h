/*
 * Chunk size in blocks that adapts to a target time, as gh-ost's successors do it: the 90th
 * percentile of the last ten chunks decides, growth is at most half as much again, and a chunk that
 * took five times the target shrinks the next at once (compare spirit's "dynamic chunking").
 */
#pragma once

#include <stdint.h>

enum
{
    CHUNK_WINDOW = 10,
    CHUNK_FIRST = 256,   /* blocks: 2 MB */
    CHUNK_LEAST = 4,     /* blocks */
    CHUNK_MOST = 131072, /* blocks: 1 GB */
};

typedef struct ChunkSize
{
    int64_t target_ms;
    int64_t fixed; /* blocks, or 0 */
    int64_t blocks;
    int64_t times[CHUNK_WINDOW]; /* ms */
    int count;
} ChunkSize;

void chunk_size_init(ChunkSize *size, int64_t target_ms, int64_t fixed);

/* A chunk of the present size took so long. */
void chunk_size_note(ChunkSize *size, int64_t elapsed_ms);

/* The server, or a replica, is at its limits: chunks half as large let it be sooner the next time.
 */
void chunk_size_halve(ChunkSize *size);
