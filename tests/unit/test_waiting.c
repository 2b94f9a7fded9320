/*
 * When it is said again what is waited for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tool/waiting.h"

static void
test_every_30_seconds(void **state)
{
    Waiting waiting = {0};
    int said = 0;

    (void)state;
    for (int64_t now = 1000; now < 1000 + 61000; now += 500) /* a minute of looks */
        said += waiting_is_due(&waiting, WAITING_LOCK, now);
    assert_int_equal(said, 3);
    assert_false(waiting_is_due(&waiting, WAITING_LOCK, 61000 + 29999));
    assert_true(waiting_is_due(&waiting, WAITING_LOCK, 61000 + 30000));
}

/* Who waits for this and that by turns says each of them every 30 s, not both each time. */
static void
test_kinds_by_turns(void **state)
{
    Waiting waiting = {0};
    int said = 0;

    (void)state;
    for (int64_t now = 1000; now < 1000 + 30000; now += 1000)
        said += waiting_is_due(&waiting, now % 2000 == 0 ? WAITING_LOCK : WAITING_SNAPSHOT, now);
    assert_int_equal(said, 2);
}

static void
test_over(void **state)
{
    Waiting waiting = {0};

    (void)state;
    assert_true(waiting_is_due(&waiting, WAITING_OPERATOR, 1000));
    assert_true(waiting_is_due(&waiting, WAITING_LOCK, 1000));
    waiting_is_over(&waiting, WAITING_OPERATOR);
    assert_true(waiting_is_due(&waiting, WAITING_OPERATOR, 1001));
    assert_false(waiting_is_due(&waiting, WAITING_LOCK, 1001));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_30_seconds),
        cmocka_unit_test(test_kinds_by_turns),
        cmocka_unit_test(test_over),
    };

    return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
