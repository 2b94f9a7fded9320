/*
 * How the size of a chunk follows its target time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "phase/chunk_size.h"

enum
{
    TARGET = 1000 /* ms */
};

static void
note(ChunkSize *size, int count, int64_t elapsed)
{
    for (int i = 0; i < count; i++)
        chunk_size_note(size, elapsed);
}

static void
nothing_changes_before_the_window_is_full(void **state)
{
    ChunkSize size;

    (void)state;
    chunk_size_init(&size, TARGET, 0);
    assert_int_equal(size.blocks, CHUNK_FIRST);
    note(&size, CHUNK_WINDOW - 1, 1);
    assert_int_equal(size.blocks, CHUNK_FIRST);
    note(&size, 1, 1);
    assert_int_equal(size.blocks, CHUNK_FIRST * 3 / 2);
    note(&size, CHUNK_WINDOW - 1, 1); /* the next window begins anew */
    assert_int_equal(size.blocks, CHUNK_FIRST * 3 / 2);
}

static void
it_grows_by_half_at_most(void **state)
{
    ChunkSize size;

    (void)state;
    chunk_size_init(&size, TARGET, 0);
    note(&size, CHUNK_WINDOW, 800); /* a quarter more would be right */
    assert_int_equal(size.blocks, CHUNK_FIRST * 5 / 4);
    note(&size, CHUNK_WINDOW, 0); /* faster than the clock */
    assert_int_equal(size.blocks, CHUNK_FIRST * 5 / 4 * 3 / 2);
}

/* One chunk in ten may be slow; the slower of two in ten decides. */
static void
the_ninth_of_ten_decides(void **state)
{
    ChunkSize size;

    (void)state;
    chunk_size_init(&size, TARGET, 0);
    note(&size, 1, 4 * TARGET);
    note(&size, CHUNK_WINDOW - 1, TARGET);
    assert_int_equal(size.blocks, CHUNK_FIRST);
    note(&size, 4, TARGET);
    note(&size, 2, 4 * TARGET);
    note(&size, CHUNK_WINDOW - 6, TARGET);
    assert_int_equal(size.blocks, CHUNK_FIRST / 4);
}

static void
five_times_the_target_shrinks_at_once(void **state)
{
    ChunkSize size;

    (void)state;
    chunk_size_init(&size, TARGET, 0);
    note(&size, 1, 5 * TARGET);
    assert_int_equal(size.blocks, CHUNK_FIRST);
    note(&size, 1, 8 * TARGET);
    assert_int_equal(size.blocks, CHUNK_FIRST / 8);
    note(&size, CHUNK_WINDOW - 1, 1); /* what the larger size took is forgotten */
    assert_int_equal(size.blocks, CHUNK_FIRST / 8);
    note(&size, 1, 1);
    assert_int_equal(size.blocks, CHUNK_FIRST / 8 * 3 / 2);
}

/* By a signal, each time it makes the copy wait; then it grows again. */
static void
it_is_halved(void **state)
{
    ChunkSize size;

    (void)state;
    chunk_size_init(&size, TARGET, 0);
    note(&size, CHUNK_WINDOW - 1, 1);
    chunk_size_halve(&size);
    assert_int_equal(size.blocks, CHUNK_FIRST / 2);
    note(&size, 1, 1); /* what was measured before is forgotten */
    assert_int_equal(size.blocks, CHUNK_FIRST / 2);
    for (int i = 0; i < 50; i++)
        chunk_size_halve(&size);
    assert_int_equal(size.blocks, CHUNK_LEAST);
    chunk_size_init(&size, TARGET, 7);
    chunk_size_halve(&size);
    assert_int_equal(size.blocks, 7);
}

static void
it_stays_between_the_limits(void **state)
{
    ChunkSize size;

    (void)state;
    chunk_size_init(&size, TARGET, 0);
    note(&size, 50, INT64_C(86400000));
    assert_int_equal(size.blocks, CHUNK_LEAST);
    note(&size, 100 * CHUNK_WINDOW, 1);
    assert_int_equal(size.blocks, CHUNK_MOST);
    note(&size, CHUNK_WINDOW, TARGET);
    assert_int_equal(size.blocks, CHUNK_MOST);
}

static void
a_fixed_size_stays(void **state)
{
    ChunkSize size;

    (void)state;
    chunk_size_init(&size, TARGET, 7);
    note(&size, 5 * CHUNK_WINDOW, 1);
    note(&size, 5 * CHUNK_WINDOW, 100 * TARGET);
    assert_int_equal(size.blocks, 7);
}

/* A table whose block takes a constant time: the size comes to where a chunk takes the target, from
 * above and from below, and stays. */
static void
it_finds_the_target(void **state)
{
    (void)state;
    for (int64_t us = 20; us <= 100000; us = us * 3 / 2)
    {
        int64_t right = INT64_C(1000) * TARGET / us;
        ChunkSize size;

        chunk_size_init(&size, TARGET, 0);
        for (int i = 0; i < 40 * CHUNK_WINDOW; i++)
            chunk_size_note(&size, size.blocks * us / 1000 + random() % 3);
        assert_in_range(size.blocks, right - right / 10 - 1, right + right / 10 + 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changes_before_the_window_is_full),
        cmocka_unit_test(it_grows_by_half_at_most),
        cmocka_unit_test(the_ninth_of_ten_decides),
        cmocka_unit_test(five_times_the_target_shrinks_at_once),
        cmocka_unit_test(it_is_halved),
        cmocka_unit_test(it_stays_between_the_limits),
        cmocka_unit_test(a_fixed_size_stays),
        cmocka_unit_test(it_finds_the_target),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
