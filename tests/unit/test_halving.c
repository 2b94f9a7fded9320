/*
 * The row that fails is found among many, by few tries.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/halving.h"

enum
{
    MANY = 300
};

typedef struct Rows
{
    bool bad[MANY];
    int64_t first; /* of the range that is searched */
    int64_t end;
    int tries;
} Rows;

static bool
any_is_bad(void *context, int64_t first, int64_t end)
{
    Rows *rows = context;
    bool found = false;

    rows->tries++;
    assert_true(rows->first <= first && first < end && end <= rows->end);
    for (int64_t i = first; i < end; i++)
        found = found || rows->bad[i];
    return found;
}

static int64_t
find(Rows *rows, int64_t first, int64_t end)
{
    rows->first = first;
    rows->end = end;
    rows->tries = 0;
    return halving_find(first, end, any_is_bad, rows);
}

static void
each_place_in_each_range(void **state)
{
    (void)state;
    for (int64_t end = 1; end <= 40; end++)
        for (int64_t first = 0; first < end; first++)
            for (int64_t bad = first; bad < end; bad++)
            {
                Rows rows = {0};

                rows.bad[bad] = true;
                assert_int_equal(find(&rows, first, end), bad);
            }
}

static void
the_first_of_several(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++)
    {
        Rows rows = {0};
        int64_t first = MANY;

        for (int i = 1 + (int)(random() % 5); i > 0; i--)
        {
            int64_t bad = random() % MANY;

            rows.bad[bad] = true;
            first = bad < first ? bad : first;
        }
        assert_int_equal(find(&rows, 0, MANY), first);
        assert_in_range(rows.tries, 8, 9); /* 2^8 < 300 < 2^9 */
    }
}

static void
a_range_of_one_needs_no_try(void **state)
{
    Rows rows = {0};

    (void)state;
    assert_int_equal(find(&rows, 7, 8), 7);
    assert_int_equal(rows.tries, 0);
}

/* Mended meanwhile: something in the range is named, and the caller finds that it does not fail. */
static void
none_fails(void **state)
{
    Rows rows = {0};

    (void)state;
    assert_int_equal(find(&rows, 10, 200), 199);
    assert_int_equal(find(&rows, 5, 5), 5);
}

static bool
reaches_the_last(void *context, int64_t first, int64_t end)
{
    (void)first;
    return end > *(const int64_t *)context;
}

/* The last block of the largest heap. */
static void
beyond_thirty_two_bits(void **state)
{
    int64_t bad = INT64_C(4294967294);

    (void)state;
    assert_true(halving_find(0, bad + 1, reaches_the_last, &bad) == bad);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_place_in_each_range),    cmocka_unit_test(the_first_of_several),
        cmocka_unit_test(a_range_of_one_needs_no_try), cmocka_unit_test(none_fails),
        cmocka_unit_test(beyond_thirty_two_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
