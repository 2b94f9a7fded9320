/*
 * The pause between attempts, set against what the attempts imposed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tool/backoff.h"

enum
{
    MOST = 60000 /* ms */
};

static void
peace_is_four_hundred_times_what_was_imposed(void **state)
{
    Backoff backoff;

    (void)state;
    backoff_init(&backoff, MOST);
    for (int64_t imposed = 1; imposed <= 100; imposed++)
    {
        int64_t peace = imposed * 400;

        assert_int_equal(backoff_after(&backoff, imposed, 0), peace / 2);
        assert_int_equal(backoff_after(&backoff, imposed, peace),
                         peace * 3 / 2 < MOST ? peace * 3 / 2 : MOST);
        assert_int_equal(backoff_after(&backoff, imposed, peace + 1), peace / 2);
    }
}

/* Over many attempts others wait for a quarter of a percent of the time. */
static void
what_is_imposed_is_a_quarter_of_a_percent(void **state)
{
    Backoff backoff;
    int64_t imposed = 0, paused = 0;

    (void)state;
    backoff_init(&backoff, MOST);
    for (int i = 0; i < 20000; i++)
    {
        int64_t ms = 1 + random() % 90; /* the pause is not cut: 90 * 600 < MOST */

        imposed += ms;
        paused += backoff_after(&backoff, ms, random());
    }
    assert_in_range(paused / imposed, 390, 410);
}

static void
the_longest_pause_holds(void **state)
{
    Backoff backoff;

    (void)state;
    backoff_init(&backoff, 300);
    assert_int_equal(backoff_after(&backoff, 1, 0), 200);
    assert_int_equal(backoff_after(&backoff, 1, 100), 300);
    assert_int_equal(backoff_after(&backoff, 1, 101), 300);
    assert_int_equal(backoff_after(&backoff, INT64_C(86400000), INT32_MAX), 300);
    backoff_init(&backoff, 0);
    assert_int_equal(backoff_after(&backoff, 5, 7), 0);
}

/* The longest that a look may be repeated after, by trying the largest of the dice. */
static int64_t
longest_poll(Backoff *backoff)
{
    int64_t longest = 0;
    Backoff after = *backoff;

    for (int64_t dice = 0; dice < 2 * BACKOFF_POLL_MAX; dice++)
    {
        int64_t pause;

        after = *backoff;
        pause = backoff_after(&after, 0, dice);
        assert_true(pause >= 1);
        longest = pause > longest ? pause : longest;
    }
    *backoff = after;
    return longest;
}

static void
looks_double_to_a_second(void **state)
{
    static const int64_t expected[] = {100, 200, 400, 800, 1000, 1000, 1000};
    Backoff backoff;

    (void)state;
    backoff_init(&backoff, MOST);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_int_equal(longest_poll(&backoff), expected[i]);
    backoff_init(&backoff, 10); /* the limit is one for attempts */
    assert_int_equal(longest_poll(&backoff), 100);
}

/* An attempt between looks leaves them where they were. */
static void
an_attempt_does_not_hurry_the_looks(void **state)
{
    Backoff backoff;

    (void)state;
    backoff_init(&backoff, MOST);
    for (int i = 0; i < 10; i++)
        (void)longest_poll(&backoff);
    (void)backoff_after(&backoff, 10, 0);
    assert_int_equal(longest_poll(&backoff), 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peace_is_four_hundred_times_what_was_imposed),
        cmocka_unit_test(what_is_imposed_is_a_quarter_of_a_percent),
        cmocka_unit_test(the_longest_pause_holds),
        cmocka_unit_test(looks_double_to_a_second),
        cmocka_unit_test(an_attempt_does_not_hurry_the_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
