/*
 * Which expressions of a changed column are a mere cast: only those may be undone by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "model/cast.h"

static bool
is_mere(const char *source, const char *expression, const char *type)
{
    MapColumn column = {.name = arena_strdup(arena, "new name"),
                        .type = arena_strdup(arena, type),
                        .expression = arena_strdup(arena, expression),
                        .source = arena_strdup(arena, source)};

    return cast_is_mere(arena, &column);
}

static void
is_mere_cast(const char *source, const char *expression, const char *type)
{
    if (!is_mere(source, expression, type))
        fail_msg("%s is not taken for a mere cast of %s to %s", expression, source, type);
}

static void
is_more_than_a_cast(const char *source, const char *expression, const char *type)
{
    if (is_mere(source, expression, type))
        fail_msg("%s is taken for a mere cast of %s to %s", expression, source, type);
}

static void
the_column_as_it_is(void **state)
{
    (void)state;
    is_mere_cast("a", "a", "bigint");
    is_mere_cast("a", "\"a\"", "bigint");
    is_mere_cast("A b", "\"A b\"", "bigint");
    is_mere_cast("a\"b", "\"a\"\"b\"", "bigint");
    is_mere_cast("größe", "\"größe\"", "text");
    assert_true(is_mere("a", NULL, "bigint"));
}

static void
the_server_spells_a_cast(void **state)
{
    (void)state;
    is_mere_cast("a", "(a)::bigint", "bigint");
    is_mere_cast("a", "a::bigint", "bigint");
    is_mere_cast("A b", "(\"A b\")::bigint", "bigint");
    is_mere_cast("a", "(a)::numeric(10,2)", "numeric(10,2)");
    is_mere_cast("a", "(a)::character varying(20)", "character varying(20)");
    is_mere_cast("a", "(a)::timestamp with time zone", "timestamp with time zone");
    is_mere_cast("a", "(a)::integer[]", "integer[]");
    is_mere_cast("a::text", "(\"a::text\")::integer", "integer");
}

static void
a_type_without_its_schema(void **state)
{
    (void)state;
    is_mere_cast("a", "(a)::mood", "app.mood");
    is_mere_cast("a", "(a)::\"Mood\"", "\"My app\".\"Mood\"");
    is_more_than_a_cast("a", "(a)::ood", "app.mood");
    is_more_than_a_cast("a", "(a)::mood", "badmood");
    is_more_than_a_cast("a", "(a)::other.mood", "app.mood");
    is_more_than_a_cast("a", "(a)::app.mood", "mood");
}

/* 2.5 becomes 2 or 3 on its way by way of another type. */
static void
another_type_on_the_way(void **state)
{
    (void)state;
    is_more_than_a_cast("a", "((a)::integer)::bigint", "bigint");
    is_more_than_a_cast("a", "(a)::integer::bigint", "bigint");
    is_more_than_a_cast("a", "(a)::integer", "bigint");
    is_more_than_a_cast("a", "(a)::numeric(10,1)", "numeric(10,2)");
    is_more_than_a_cast("a", "(a)::numeric", "numeric(10,2)");
}

static void
anything_else_that_is_done(void **state)
{
    (void)state;
    is_more_than_a_cast("a", "(a + 1)", "bigint");
    is_more_than_a_cast("a", "(a + 1)::bigint", "bigint");
    is_more_than_a_cast("a", "((a)::bigint + 1)", "bigint");
    is_more_than_a_cast("a", "(a)::bigint + 1", "bigint");
    is_more_than_a_cast("a", "(a)::text COLLATE \"C\"", "text");
    is_more_than_a_cast("a", "round(a)", "numeric");
    is_more_than_a_cast("a", "(- a)", "numeric");
    is_more_than_a_cast("a", "a::", "bigint");
    is_more_than_a_cast("a", "(a)", "bigint");
    is_more_than_a_cast("a", "", "bigint");
}

static void
another_column(void **state)
{
    (void)state;
    is_more_than_a_cast("a", "b", "bigint");
    is_more_than_a_cast("a", "ab", "bigint");
    is_more_than_a_cast("a", "(ab)::bigint", "bigint");
    is_more_than_a_cast("ab", "(a)::bigint", "bigint");
    is_more_than_a_cast("A", "(a)::bigint", "bigint");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_column_as_it_is),        TEST(the_server_spells_a_cast),
        TEST(a_type_without_its_schema),  TEST(another_type_on_the_way),
        TEST(anything_else_that_is_done), TEST(another_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
