/*
 * Cuts gaps into chunks.
 */
#include "phase/gaps.h"

bool
gaps_are_cut(const Gaps *gaps)
{
    return gaps->next == gaps->count;
}

bool
gaps_cut(Gaps *gaps, int64_t most, BlockRange *chunk)
{
    BlockRange *gap;

    if (gaps_are_cut(gaps))
        return false;
    gap = &gaps->items[gaps->next];
    *chunk = *gap;
    if (gap->end - gap->first > most)
        chunk->end = gap->first + most;
    gap->first = chunk->end;
    if (gap->first == gap->end)
        gaps->next++;
    return true;
}
