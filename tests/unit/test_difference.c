/*
 * What is said of two definitions that differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/difference.h"

static void
assert_said(const char *before, const char *now, const char *expected)
{
    Arena *arena = arena_new();
    Text text = {0};

    difference_append(arena, &text, "was", before, now);
    assert_string_equal(text_cstr(&text), expected);
    text_clear(&text);
    arena_free(arena);
}

static void
only_what_differs_is_said(void **state)
{
    (void)state;
    assert_said("type integer; default 0; comment ", "type integer; default 1; comment ",
                "default: 1, was 0");
    assert_said("type integer; not null f; default ", "type bigint; not null t; default ",
                "type: bigint, was integer; not null: t, was f");
    assert_said("default ; comment x", "default ; comment ", "comment: none, was x");
    assert_said("default a b; storage p", "default a c; storage p", "default: a c, was a b");
}

static void
a_statement_has_no_name(void **state)
{
    (void)state;
    assert_said("CHECK (x > 0); comment ", "CHECK (x > 1); comment ",
                "CHECK (x > 1), was CHECK (x > 0)");
    assert_said("", "CHECK (true)", "CHECK (true), was none");
}

static void
values_may_hold_the_separator(void **state)
{
    (void)state;
    assert_said("default 'a; b'; storage p", "default 'c'; storage p", "default: 'c', was 'a; b'");
    assert_said("storage p; comment ", "storage p; comment a; b; c", "comment: a; b; c, was none");
    assert_said("comment a; b; options x", "comment a; b; c; options x", "c, was none");
}

static void
a_column_that_only_moved(void **state)
{
    (void)state;
    assert_true(difference_is_position("position 2; type text", "position 1; type text"));
    assert_false(difference_is_position("position 2; type text", "position 1; type integer"));
    assert_false(difference_is_position("CHECK (true)", "CHECK (false)"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_differs_is_said),
        cmocka_unit_test(a_statement_has_no_name),
        cmocka_unit_test(values_may_hold_the_separator),
        cmocka_unit_test(a_column_that_only_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
