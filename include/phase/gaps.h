/*
 * What is left to be copied: ranges of heap blocks, cut into chunks from the first on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Blocks of a heap: the first, and the one behind the last. */
typedef struct BlockRange
{
    int64_t first;
    int64_t end;
} BlockRange;

typedef struct Gaps
{
    BlockRange *items; /* in order; what was cut off is gone from them */
    int count;
    int next; /* the one that is being cut */
} Gaps;

/* Cuts the next chunk, of at most so many blocks (1 or more); false when nothing is left. */
bool gaps_cut(Gaps *gaps, int64_t most, BlockRange *chunk);

/* Whether nothing is left. */
bool gaps_are_cut(const Gaps *gaps);
