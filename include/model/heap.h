/*
 * Heaps: the files that hold rows, each with blocks of its own.  A table is one; a partitioned
 * table has one for each partition.  Whoever needs to know of files or blocks asks here, and goes
 * through a list of heaps by ranges of their blocks: a table of several heaps is a longer list.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/await.h"

typedef struct Heap
{
    const char *oid;
    const char *relation; /* app.orders: quoted where needed */
    const char *filenode; /* another one after a rewrite */
    int64_t blocks;
} Heap;

typedef struct Heaps
{
    Heap *items; /* in order of their OIDs */
    int count;
} Heaps;

/* The heaps of a relation (its OID, or its name as SQL spells it) as they are now. */
bool heaps_read(Conn *conn, Arena *arena, const char *relation, Heaps *heaps, Error *error)
    ERROR_MUST_CHECK;

/* Takes rows of oid, relation, filenode, blocks. */
Heaps heaps_take(Arena *arena, const Result *result);

/* The same heaps, and none of them was rewritten. */
bool heaps_are_same(const Heaps *one, const Heaps *other);

/* Blocks of all of them. */
int64_t heaps_blocks(const Heaps *heaps);

/* Blocks of a heap: the first, and the one behind the last. */
typedef struct HeapRange
{
    const Heap *heap;
    int64_t first;
    int64_t end;
} HeapRange;

/* What is to be read, or is left to be read: ranges that are cut into chunks from the first on. */
typedef struct HeapRanges
{
    HeapRange *items; /* what was cut off is gone from them */
    int count;
    int next; /* the one that is being cut */
} HeapRanges;

/* All blocks of all heaps, which must stay where they are as long as the ranges are used. */
HeapRanges heaps_whole(Arena *arena, const Heaps *heaps);

/* Takes rows of heap (OID), first_block, end_block, as far as they are of those heaps; a row of
 * NULLs is none. */
HeapRanges heaps_take_ranges(Arena *arena, const Heaps *heaps, const Result *result);

/* Cuts the next chunk, of at most so many blocks (1 or more), all of one heap; false when nothing
 * is left. */
bool heap_cut(HeapRanges *ranges, int64_t most, HeapRange *chunk);

/* Whether nothing is left. */
bool heap_is_cut(const HeapRanges *ranges);

/* The address of a row in a heap as SQL spells a tid: "(block,row)". */
const char *heap_address(Arena *arena, int64_t block, int64_t row);
