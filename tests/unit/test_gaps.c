/*
 * Gaps cut into chunks: every block of a gap in one chunk, and no other block.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "phase/gaps.h"

static void
assert_cut(Gaps *gaps, int64_t most, int64_t first, int64_t end)
{
    BlockRange chunk = {-1, -1};

    assert_false(gaps_are_cut(gaps));
    assert_true(gaps_cut(gaps, most, &chunk));
    assert_int_equal(chunk.first, first);
    assert_int_equal(chunk.end, end);
}

static void
chunks_end_with_their_gap(void **state)
{
    BlockRange items[] = {{0, 10}, {20, 21}, {30, 34}};
    Gaps gaps = {.items = items, .count = 3};
    BlockRange chunk = {7, 7};

    (void)state;
    assert_cut(&gaps, 4, 0, 4);
    assert_cut(&gaps, 4, 4, 8);
    assert_cut(&gaps, 4, 8, 10); /* and not on into the next gap */
    assert_cut(&gaps, 4, 20, 21);
    assert_cut(&gaps, 4, 30, 34);
    assert_true(gaps_are_cut(&gaps));
    assert_false(gaps_cut(&gaps, 4, &chunk));
    assert_int_equal(chunk.first, 7);
}

static void
the_size_may_change_between_chunks(void **state)
{
    BlockRange items[] = {{5, 300}};
    Gaps gaps = {.items = items, .count = 1};

    (void)state;
    assert_cut(&gaps, 1, 5, 6);
    assert_cut(&gaps, 200, 6, 206);
    assert_cut(&gaps, INT64_MAX, 206, 300);
    assert_true(gaps_are_cut(&gaps));
}

static void
no_gap(void **state)
{
    Gaps gaps = {0};
    BlockRange chunk;

    (void)state;
    assert_true(gaps_are_cut(&gaps));
    assert_false(gaps_cut(&gaps, 4, &chunk));
}

/* The last block that a heap of PostgreSQL can have. */
static void
the_end_of_the_largest_heap(void **state)
{
    BlockRange items[] = {{INT64_C(4294967290), INT64_C(4294967295)}};
    Gaps gaps = {.items = items, .count = 1};

    (void)state;
    assert_cut(&gaps, 3, INT64_C(4294967290), INT64_C(4294967293));
    assert_cut(&gaps, 3, INT64_C(4294967293), INT64_C(4294967295));
    assert_true(gaps_are_cut(&gaps));
}

enum
{
    BLOCKS = 2000
};

/* Gaps of chance, as marks on blocks; returns how many there are. */
static int
make_gaps(bool marks[BLOCKS], BlockRange *items)
{
    int count = 0;

    memset(marks, 0, sizeof(bool) * BLOCKS);
    for (int64_t at = random() % 50; at < BLOCKS;)
    {
        int64_t end = at + 1 + random() % 200;

        if (end > BLOCKS)
            end = BLOCKS;
        items[count++] = (BlockRange){at, end};
        for (; at < end; at++)
            marks[at] = true;
        at += 1 + random() % 50;
    }
    return count;
}

static void
each_block_once(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++)
    {
        BlockRange items[BLOCKS], chunk;
        bool marks[BLOCKS];
        Gaps gaps = {.items = items, .count = make_gaps(marks, items)};

        for (int64_t most = 1 + random() % 100; gaps_cut(&gaps, most, &chunk);
             most = 1 + random() % 100)
        {
            assert_true(chunk.first < chunk.end && chunk.end - chunk.first <= most);
            for (int64_t block = chunk.first; block < chunk.end; block++)
            {
                assert_true(marks[block]);
                marks[block] = false;
            }
        }
        for (int block = 0; block < BLOCKS; block++)
            assert_false(marks[block]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_end_with_their_gap),
        cmocka_unit_test(the_size_may_change_between_chunks),
        cmocka_unit_test(no_gap),
        cmocka_unit_test(the_end_of_the_largest_heap),
        cmocka_unit_test(each_block_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
