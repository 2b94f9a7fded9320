/*
 * Lists of heaps, and what is cut off them.
 */
#include "model/heap.h"

#include <inttypes.h>
#include <string.h>

#include "model/statement.h"

Heaps
heaps_take(Arena *arena, const Result *result)
{
    Heaps heaps = {.count = result_rows(result)};

    heaps.items = arena_alloc(arena, sizeof(Heap) * (size_t)(heaps.count + 1));
    for (int i = 0; i < heaps.count; i++)
        heaps.items[i] = (Heap){.oid = arena_strdup(arena, result_get(result, i, "oid")),
                                .relation = arena_strdup(arena, result_get(result, i, "relation")),
                                .filenode = arena_strdup(arena, result_get(result, i, "filenode")),
                                .blocks = result_get_int(result, i, "blocks")};
    return heaps;
}

bool
heaps_read(Conn *conn, Arena *arena, const char *relation, Heaps *heaps, Error *error)
{
    const Result *result = statement_run(conn, error, "heaps", "relation", relation, NULL);

    if (result != NULL)
        *heaps = heaps_take(arena, result);
    return result != NULL;
}

bool
heaps_are_same(const Heaps *one, const Heaps *other)
{
    if (one->count != other->count)
        return false;
    for (int i = 0; i < one->count; i++)
        if (strcmp(one->items[i].oid, other->items[i].oid) != 0 ||
            strcmp(one->items[i].filenode, other->items[i].filenode) != 0)
            return false;
    return true;
}

int64_t
heaps_blocks(const Heaps *heaps)
{
    int64_t blocks = 0;

    for (int i = 0; i < heaps->count; i++)
        blocks += heaps->items[i].blocks;
    return blocks;
}

static const Heap *
find_heap(const Heaps *heaps, const char *oid)
{
    for (int i = 0; oid != NULL && i < heaps->count; i++)
        if (strcmp(heaps->items[i].oid, oid) == 0)
            return &heaps->items[i];
    return NULL;
}

static HeapRanges
no_ranges(Arena *arena, int room)
{
    return (HeapRanges){.items = arena_alloc(arena, sizeof(HeapRange) * (size_t)(room + 1))};
}

static void
add_range(HeapRanges *ranges, HeapRange range)
{
    if (range.heap != NULL && range.first < range.end)
        ranges->items[ranges->count++] = range;
}

HeapRanges
heaps_whole(Arena *arena, const Heaps *heaps)
{
    HeapRanges ranges = no_ranges(arena, heaps->count);

    for (int i = 0; i < heaps->count; i++)
        add_range(&ranges, (HeapRange){&heaps->items[i], 0, heaps->items[i].blocks});
    return ranges;
}

HeapRanges
heaps_take_ranges(Arena *arena, const Heaps *heaps, const Result *result)
{
    HeapRanges ranges = no_ranges(arena, result_rows(result));

    for (int i = 0; i < result_rows(result); i++)
        add_range(&ranges, (HeapRange){find_heap(heaps, result_get(result, i, "heap")),
                                       result_get_int(result, i, "first_block"),
                                       result_get_int(result, i, "end_block")});
    return ranges;
}

bool
heap_is_cut(const HeapRanges *ranges)
{
    return ranges->next == ranges->count;
}

bool
heap_cut(HeapRanges *ranges, int64_t most, HeapRange *chunk)
{
    HeapRange *range;

    if (heap_is_cut(ranges))
        return false;
    range = &ranges->items[ranges->next];
    *chunk = *range;
    if (range->end - range->first > most)
        chunk->end = range->first + most;
    range->first = chunk->end;
    if (range->first == range->end)
        ranges->next++;
    return true;
}

const char *
heap_address(Arena *arena, int64_t block, int64_t row)
{
    return arena_printf(arena, "(%" PRId64 ",%" PRId64 ")", block, row);
}
