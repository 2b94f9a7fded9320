/*
 * Lists of heaps cut into chunks: every block of a range in one chunk, of its own heap, and no
 * other block.  The tables here have one heap, or several, as a partitioned table has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/heap.h"

static Heap three[] = {
    {"100", "app.p1", "100", 10}, {"101", "app.p2", "203", 0}, {"4000000000", "app.p3", "102", 5}};
static const Heaps orders = {three, 1};
static const Heaps parts = {three, 3};

static void
assert_cut(HeapRanges *ranges, int64_t most, const Heap *heap, int64_t first, int64_t end)
{
    HeapRange chunk = {NULL, -1, -1};

    assert_false(heap_is_cut(ranges));
    assert_true(heap_cut(ranges, most, &chunk));
    assert_ptr_equal(chunk.heap, heap);
    assert_int_equal(chunk.first, first);
    assert_int_equal(chunk.end, end);
}

static void
chunks_end_with_their_range(void **state)
{
    HeapRange items[] = {{&three[0], 0, 10}, {&three[0], 20, 21}, {&three[0], 30, 34}};
    HeapRanges ranges = {.items = items, .count = 3};
    HeapRange chunk = {NULL, 7, 7};

    (void)state;
    assert_cut(&ranges, 4, &three[0], 0, 4);
    assert_cut(&ranges, 4, &three[0], 4, 8);
    assert_cut(&ranges, 4, &three[0], 8, 10); /* and not on into the next range */
    assert_cut(&ranges, 4, &three[0], 20, 21);
    assert_cut(&ranges, 4, &three[0], 30, 34);
    assert_true(heap_is_cut(&ranges));
    assert_false(heap_cut(&ranges, 4, &chunk));
    assert_int_equal(chunk.first, 7);
}

static void
the_size_may_change_between_chunks(void **state)
{
    HeapRange items[] = {{&three[0], 5, 300}};
    HeapRanges ranges = {.items = items, .count = 1};

    (void)state;
    assert_cut(&ranges, 1, &three[0], 5, 6);
    assert_cut(&ranges, 200, &three[0], 6, 206);
    assert_cut(&ranges, INT64_MAX, &three[0], 206, 300);
    assert_true(heap_is_cut(&ranges));
}

static void
nothing_to_cut(void **state)
{
    HeapRanges ranges = {0};
    HeapRange chunk;

    (void)state;
    assert_true(heap_is_cut(&ranges));
    assert_false(heap_cut(&ranges, 4, &chunk));
}

/* The last block that a heap of PostgreSQL can have. */
static void
the_end_of_the_largest_heap(void **state)
{
    HeapRange items[] = {{&three[0], INT64_C(4294967290), INT64_C(4294967295)}};
    HeapRanges ranges = {.items = items, .count = 1};

    (void)state;
    assert_cut(&ranges, 3, &three[0], INT64_C(4294967290), INT64_C(4294967293));
    assert_cut(&ranges, 3, &three[0], INT64_C(4294967293), INT64_C(4294967295));
    assert_true(heap_is_cut(&ranges));
}

static void
a_plain_table_is_one_range(void **state)
{
    Arena *arena = arena_new();
    HeapRanges ranges = heaps_whole(arena, &orders);

    (void)state;
    assert_int_equal(heaps_blocks(&orders), 10);
    assert_cut(&ranges, 8192, &three[0], 0, 10);
    assert_true(heap_is_cut(&ranges));
    arena_free(arena);
}

/* One after the other, the empty one left out; no chunk is of two heaps. */
static void
the_heaps_of_a_partitioned_table_come_in_order(void **state)
{
    Arena *arena = arena_new();
    HeapRanges ranges = heaps_whole(arena, &parts);

    (void)state;
    assert_int_equal(heaps_blocks(&parts), 15);
    assert_cut(&ranges, 6, &three[0], 0, 6);
    assert_cut(&ranges, 6, &three[0], 6, 10);
    assert_cut(&ranges, 6, &three[2], 0, 5);
    assert_true(heap_is_cut(&ranges));
    arena_free(arena);
}

static void
a_table_without_partitions_has_no_range(void **state)
{
    Arena *arena = arena_new();
    Heaps none = {three, 0};
    HeapRanges ranges = heaps_whole(arena, &none);

    (void)state;
    assert_int_equal(heaps_blocks(&none), 0);
    assert_true(heap_is_cut(&ranges));
    arena_free(arena);
}

static void
heaps_are_known_again(void **state)
{
    Heap later[] = {three[0], three[1], three[2]};
    Heaps now = {later, 3};

    (void)state;
    later[0].blocks = 11; /* it may grow, and be renamed */
    later[0].relation = "app.renamed";
    assert_true(heaps_are_same(&parts, &now));
    assert_false(heaps_are_same(&orders, &now)); /* one came */
    assert_false(heaps_are_same(&now, &orders)); /* one went */
    later[2].filenode = "5";                     /* rewritten */
    assert_false(heaps_are_same(&parts, &now));
    later[2] = three[2];
    later[1].oid = "5"; /* another one, with the same file number */
    assert_false(heaps_are_same(&parts, &now));
}

enum
{
    HEAPS = 3,
    BLOCKS = 700
};

/* Ranges of chance in each heap, as marks on blocks. */
static HeapRanges
make_ranges(bool marks[HEAPS][BLOCKS], HeapRange *items)
{
    HeapRanges ranges = {.items = items};

    memset(marks, 0, sizeof(bool) * HEAPS * BLOCKS);
    for (int heap = 0; heap < HEAPS; heap++)
        for (int64_t at = random() % 50; at < BLOCKS;)
        {
            int64_t end = at + 1 + random() % 200;

            if (end > BLOCKS)
                end = BLOCKS;
            items[ranges.count++] = (HeapRange){&three[heap], at, end};
            for (; at < end; at++)
                marks[heap][at] = true;
            at += 1 + random() % 50;
        }
    return ranges;
}

static void
each_block_once(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++)
    {
        HeapRange items[HEAPS * BLOCKS], chunk;
        bool marks[HEAPS][BLOCKS];
        HeapRanges ranges = make_ranges(marks, items);

        for (int64_t most = 1 + random() % 100; heap_cut(&ranges, most, &chunk);
             most = 1 + random() % 100)
        {
            assert_true(chunk.first < chunk.end && chunk.end - chunk.first <= most);
            for (int64_t block = chunk.first; block < chunk.end; block++)
            {
                assert_true(marks[chunk.heap - three][block]);
                marks[chunk.heap - three][block] = false;
            }
        }
        for (int heap = 0; heap < HEAPS; heap++)
            for (int block = 0; block < BLOCKS; block++)
                assert_false(marks[heap][block]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_end_with_their_range),
        cmocka_unit_test(the_size_may_change_between_chunks),
        cmocka_unit_test(nothing_to_cut),
        cmocka_unit_test(the_end_of_the_largest_heap),
        cmocka_unit_test(a_plain_table_is_one_range),
        cmocka_unit_test(the_heaps_of_a_partitioned_table_come_in_order),
        cmocka_unit_test(a_table_without_partitions_has_no_range),
        cmocka_unit_test(heaps_are_known_again),
        cmocka_unit_test(each_block_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
