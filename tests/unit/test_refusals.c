/*
 * Refusals as one error: all of them are named, in order, and each remedy once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/refusals.h"

static Arena *arena;
static RefusalList list;
static Error error;

static int
setup(void **state)
{
    (void)state;
    arena = arena_new();
    list = (RefusalList){0};
    error = ERROR_INIT;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    error_clear(&error);
    arena_free(arena);
    return 0;
}

static void
nothing_is_refused(void **state)
{
    (void)state;
    assert_true(refusals_check(&list, "app.orders", &error));
    assert_int_equal(error.kind, ERROR_NONE);
}

static void
one_refusal(void **state)
{
    (void)state;
    refusals_add(arena, &list, "rule r", "it would be lost", "Drop it before.");
    assert_false(refusals_check(&list, "app.orders", &error));
    assert_int_equal(error.kind, ERROR_REFUSED);
    assert_non_null(strstr(error.message, "app.orders"));
    assert_non_null(strstr(error.message, "rule r"));
    assert_non_null(strstr(error.detail, "t would be lost"));
    assert_string_equal(error.hint, "Drop it before.");
}

static void
each_remedy_once(void **state)
{
    (void)state;
    refusals_add(arena, &list, "a", "why a", "First.");
    refusals_add(arena, &list, "b", "why b", "Second.");
    refusals_add(arena, &list, "c", "why c", "First.");
    refusals_add(arena, &list, "d", "why d", "Second.");
    refusals_add(arena, &list, "e", "why e", "Third.");
    assert_false(refusals_check(&list, "t", &error));
    assert_string_equal(error.detail, "a: why a\nb: why b\nc: why c\nd: why d\ne: why e");
    assert_string_equal(error.hint, "First.\nSecond.\nThird.");
}

/* The texts are copied, and none is left out however many there are. */
static void
a_long_list(void **state)
{
    char what[] = "xx";
    size_t lines = 1;

    (void)state;
    for (int i = 0; i < 500; i++)
    {
        what[0] = (char)('a' + i / 26 % 26);
        what[1] = (char)('a' + i % 26);
        refusals_add(arena, &list, what, "%s %n", "100 %");
    }
    assert_int_equal(list.count, 500);
    assert_string_equal(list.items[0].what, "aa");
    assert_string_equal(list.items[499].what, "tf");
    assert_false(refusals_check(&list, "t", &error));
    for (const char *at = error.detail; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 500);
    assert_non_null(strstr(error.detail, "\nsz: %s %n\n"));
    assert_string_equal(error.hint, "100 %");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_refused),
        TEST(one_refusal),
        TEST(each_remedy_once),
        TEST(a_long_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
