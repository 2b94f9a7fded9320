/*
 * Descriptions: as kept in the state, as compared, and as put together for the swap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/text.h"
#include "model/description.h"

/* ---- making descriptions: a line is "name = definition", one of the swap begins with "!" ---- */

static DescriptionLine
make_line(const char *text)
{
    bool in_swap = *text == '!';
    const char *name = text + in_swap, *equals = strstr(text, " = ");

    assert_non_null(equals);
    return (DescriptionLine){.in_swap = in_swap,
                             .name = arena_strndup(arena, name, (size_t)(equals - name)),
                             .definition = arena_strdup(arena, equals + 3)};
}

/* The lines must be given in the order of their names. */
static Description
make(const char *const *lines)
{
    Description description = {0};

    description.lines = arena_alloc(arena, sizeof(DescriptionLine) * 64);
    for (; lines[description.count] != NULL; description.count++)
        description.lines[description.count] = make_line(lines[description.count]);
    return description;
}

#define MAKE(...) make((const char *const[]){__VA_ARGS__, NULL})

static const char *
compare(Description expected, Description actual)
{
    return description_compare(arena, &expected, &actual, DESCRIPTION_ALL, DESCRIPTION_CHANGE);
}

/* The lines as they were given, with " / " between them. */
static const char *
text_of(Description description)
{
    Text text = {0};
    char *copy;

    for (int i = 0; i < description.count; i++)
        text_printf(&text, "%s%s%s = %s", i > 0 ? " / " : "",
                    description.lines[i].in_swap ? "!" : "", description.lines[i].name,
                    description.lines[i].definition);
    copy = arena_strdup(arena, text_cstr(&text));
    text_clear(&text);
    return copy;
}

/* ---- the state ---- */

static Description
round_trip(Description description)
{
    Error error = ERROR_INIT;
    Description back;
    char *json = description_to_json(arena, &description);

    if (!description_from_json(arena, json, &back, &error))
        fail_msg("%s: %s", error.message, json);
    assert_string_equal(description_to_json(arena, &back), json);
    return back;
}

static void
what_is_kept_comes_back(void **state)
{
    Description before =
        MAKE("column id = type integer; not null t", "index \"a b\" = UNIQUE (\"x\")",
             "!policy p = USING (note = 'it''s \\ \"größe\" 列\n\t')", "zz = ");
    Description back;

    (void)state;
    before.lines[1].respelled = arena_strdup(arena, "UNIQUE (x)");
    back = round_trip(before);
    assert_string_equal(text_of(back), text_of(before));
    assert_null(back.lines[0].respelled);
    assert_string_equal(back.lines[1].respelled, "UNIQUE (x)");
    assert_null(compare(before, back));
    assert_int_equal(round_trip((Description){0}).count, 0);
}

static void
assert_damaged(const char *json)
{
    Error error = ERROR_INIT;
    Description description;

    if (description_from_json(arena, json, &description, &error))
        fail_msg("taken for a description: %s", json);
    assert_int_equal(error.kind, ERROR_FAULT);
    assert_non_null(strstr(error.message, "damaged"));
    error_clear(&error);
}

static void
what_is_damaged_is_an_error(void **state)
{
    (void)state;
    assert_damaged("");
    assert_damaged("null");
    assert_damaged("{}");
    assert_damaged("{\"swap\":true,\"name\":\"a\",\"definition\":\"b\"}");
    assert_damaged("[");
    assert_damaged("[null]");
    assert_damaged("[[]]");
    assert_damaged("[{}]");
    assert_damaged("[{\"swap\":false,\"definition\":\"b\"}]");
    assert_damaged("[{\"swap\":false,\"name\":\"a\"}]");
    assert_damaged("[{\"swap\":false,\"name\":\"a\",\"definition\":5}]");
    assert_damaged("[{\"swap\":\"t\",\"name\":\"a\",\"definition\":\"b\"}]");
    assert_damaged("[{\"name\":\"a\",\"definition\":\"b\"}]");
    assert_damaged("[{\"swap\":false,\"name\":\"a\",\"definition\":\"b\",\"respelled\":7}]");
}

/* Comparing goes through both lists once: they must be in order. */
static void
disorder_is_damage(void **state)
{
    (void)state;
    assert_damaged("[{\"swap\":false,\"name\":\"b\",\"definition\":\"\"},"
                   "{\"swap\":false,\"name\":\"a\",\"definition\":\"\"}]");
}

/* ---- comparing ---- */

static void
equal_descriptions(void **state)
{
    (void)state;
    assert_null(compare(MAKE("a = 1", "b = 2"), MAKE("a = 1", "b = 2")));
    assert_null(compare((Description){0}, (Description){0}));
}

static void
each_kind_of_difference(void **state)
{
    (void)state;
    assert_string_equal(compare(MAKE("a = 1", "b = 2"), MAKE("a = 1")), "b was dropped");
    assert_string_equal(compare(MAKE("b = 2"), MAKE("a = 1", "b = 2")), "a was added");
    assert_string_equal(compare(MAKE("a = 1"), MAKE("a = 2")), "a was altered: 2, was 1");
    assert_string_equal(compare(MAKE("a = 1", "c = 3", "d = 4"), MAKE("b = 2", "c = 4", "d = 4")),
                        "a was dropped\nb was added\nc was altered: 4, was 3");
    assert_string_equal(compare((Description){0}, MAKE("a = 1")), "a was added");
}

static void
words_for_what_came_out(void **state)
{
    Description expected = MAKE("a = 1", "b = 2"), actual = MAKE("b = 3", "c = 4");

    (void)state;
    assert_string_equal(
        description_compare(arena, &expected, &actual, DESCRIPTION_ALL, DESCRIPTION_OUTCOME),
        "a is missing\nb differs: 3, should be 2\nc is new");
}

/* What comes in the swap only does not count before it. */
static void
own_lines_only(void **state)
{
    Description expected = MAKE("a = 1", "!b = 2", "!c = 3");
    Description actual = MAKE("a = 9", "!c = 4", "!d = 5", "e = 6");

    (void)state;
    assert_string_equal(
        description_compare(arena, &expected, &actual, DESCRIPTION_OWN, DESCRIPTION_CHANGE),
        "a was altered: 9, was 1\ne was added");
}

static void
two_spellings_of_one_thing(void **state)
{
    Description expected = MAKE("a = x::text");

    (void)state;
    expected.lines[0].respelled = arena_strdup(arena, "CAST(x AS text)");
    assert_null(compare(expected, MAKE("a = x::text")));
    assert_null(compare(expected, MAKE("a = CAST(x AS text)")));
    assert_string_equal(compare(expected, MAKE("a = y")), "a was altered: y, was x::text");
}

static void
any_definition_but_it_must_be_there(void **state)
{
    Description expected = MAKE("a = 1", "b = 2");

    (void)state;
    description_any(arena, &expected, "b");
    description_any(arena, &expected, "nobody");
    assert_int_equal(expected.count, 2);
    assert_null(compare(expected, MAKE("a = 1", "b = 77")));
    assert_string_equal(compare(expected, MAKE("a = 1")), "b was dropped");
}

/* All columns behind a dropped one move: that is told only where it is all that there is. */
static void
columns_that_only_moved(void **state)
{
    Description before =
        MAKE("column a = position 1; type text", "column b = position 2; type text");

    (void)state;
    assert_string_equal(compare(before, MAKE("column b = position 1; type text")),
                        "column a was dropped");
    assert_string_equal(compare(before, MAKE("column a = position 2; type text",
                                             "column b = position 1; type text")),
                        "column a was altered: position: 2, was 1\n"
                        "column b was altered: position: 1, was 2");
}

static void
ten_are_shown_and_the_rest_counted(void **state)
{
    const char *lines[14] = {NULL};
    const char *text;

    (void)state;
    for (int i = 0; i < 13; i++)
        lines[i] = arena_printf(arena, "line%02d = x", i);
    text = compare(make(lines), (Description){0});
    assert_non_null(strstr(text, "line09 was dropped"));
    assert_null(strstr(text, "line10"));
    assert_non_null(strstr(text, "3 more"));
}

/* ---- an oracle that looks up each name in the other list ---- */

static Description
random_description(void)
{
    Description description = {.lines = arena_alloc(arena, sizeof(DescriptionLine) * 8)};

    for (char name = 'a'; name < 'i'; name++)
        if (random() % 3 > 0)
            description.lines[description.count++] =
                (DescriptionLine){.in_swap = random() % 2 == 0,
                                  .name = arena_printf(arena, "%c", name),
                                  .definition = arena_printf(arena, "%ld", random() % 3)};
    return description;
}

static const char *
expected_words(Description before, Description now)
{
    Text text = {0};
    const char *copy;

    for (char c = 'a'; c < 'i'; c++)
    {
        char name[2] = {c, '\0'};
        const DescriptionLine *a = description_find(&before, name);
        const DescriptionLine *b = description_find(&now, name);
        const char *line = text.length > 0 ? "\n" : "";

        if (a == NULL && b != NULL)
            text_printf(&text, "%s%s was added", line, name);
        else if (a != NULL && b == NULL)
            text_printf(&text, "%s%s was dropped", line, name);
        else if (a != NULL && b != NULL && strcmp(a->definition, b->definition) != 0)
            text_printf(&text, "%s%s was altered: %s, was %s", line, name, b->definition,
                        a->definition);
    }
    copy = text.length > 0 ? arena_strdup(arena, text.data) : NULL;
    text_clear(&text);
    return copy;
}

static void
random_descriptions(void **state)
{
    (void)state;
    for (int i = 0; i < 3000; i++)
    {
        Description before = random_description(), now = random_description();
        const char *got = compare(before, now), *expected = expected_words(before, now);

        if (expected == NULL)
            assert_null(got);
        else
            assert_string_equal(got, expected);
    }
}

/* ---- putting together ---- */

static void
what_comes_in_the_swap_is_added_in_order(void **state)
{
    Description own = MAKE("b = 2", "d = 4", "!f = of green");
    Description live = MAKE("!a = 1", "b = of live", "!c = 3", "!f = of live", "z = stays");

    (void)state;
    assert_string_equal(text_of(description_merge(arena, &own, &live)),
                        "!a = 1 / b = 2 / !c = 3 / d = 4 / !f = of green");
}

static void
a_line_is_taken_out(void **state)
{
    Description description = MAKE("a = 1", "b = 2", "c = 3");

    (void)state;
    description_remove(&description, "nobody");
    description_remove(&description, "b");
    assert_string_equal(text_of(description), "a = 1 / c = 3");
    description_remove(&description, "c");
    description_remove(&description, "a");
    assert_int_equal(description.count, 0);
    assert_null(description_find(&description, "a"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_kept_comes_back),
        TEST(what_is_damaged_is_an_error),
        TEST(disorder_is_damage),
        TEST(equal_descriptions),
        TEST(each_kind_of_difference),
        TEST(words_for_what_came_out),
        TEST(own_lines_only),
        TEST(two_spellings_of_one_thing),
        TEST(any_definition_but_it_must_be_there),
        TEST(columns_that_only_moved),
        TEST(ten_are_shown_and_the_rest_counted),
        TEST(random_descriptions),
        TEST(what_comes_in_the_swap_is_added_in_order),
        TEST(a_line_is_taken_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
