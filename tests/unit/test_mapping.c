/*
 * The mapping as it is kept in the state: what is read is what was written, and what is damaged is
 * an error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena_fixture.h"
#include "base/text.h"
#include "model/mapping.h"

/* ---- round trips ---- */

static void
assert_same_text(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        assert_ptr_equal(a, b);
    else
        assert_string_equal(a, b);
}

static void
assert_same_column(const MapColumn *a, const MapColumn *b)
{
    assert_same_text(a->name, b->name);
    assert_same_text(a->type, b->type);
    assert_same_text(a->expression, b->expression);
    assert_same_text(a->compared, b->compared);
    assert_same_text(a->agreed, b->agreed);
    assert_same_text(a->agreed_standby, b->agreed_standby);
    assert_same_text(a->source, b->source);
    assert_same_text(a->source_type, b->source_type);
    assert_int_equal(a->binary, b->binary);
}

static void
assert_same_key(const MapKey *a, const MapKey *b)
{
    assert_same_text(a->live, b->live);
    assert_same_text(a->live_type, b->live_type);
    assert_same_text(a->live_equality, b->live_equality);
    assert_same_text(a->standby, b->standby);
    assert_same_text(a->standby_type, b->standby_type);
    assert_same_text(a->standby_equality, b->standby_equality);
    assert_same_text(a->expression, b->expression);
}

static void
assert_round_trip(const Mapping *mapping)
{
    Error error = ERROR_INIT;
    char *json = mapping_to_json(arena, mapping);
    Mapping back;

    if (!mapping_from_json(arena, json, &back, &error))
        fail_msg("%s: %s", error.message, json);
    assert_int_equal(back.column_count, mapping->column_count);
    for (int i = 0; i < back.column_count; i++)
        assert_same_column(&back.columns[i], &mapping->columns[i]);
    assert_int_equal(back.key_count, mapping->key_count);
    for (int i = 0; i < back.key_count; i++)
        assert_same_key(&back.keys[i], &mapping->keys[i]);
    assert_int_equal(back.kept_count, mapping->kept_count);
    for (int i = 0; i < back.kept_count; i++)
        assert_string_equal(back.kept[i], mapping->kept[i]);
    assert_same_text(back.dropped, mapping->dropped);
    assert_string_equal(mapping_to_json(arena, &back), json);
}

static char *
copy(const char *text)
{
    return arena_strdup(arena, text);
}

static MapKey
make_key(void)
{
    return (MapKey){.live = copy("id"),
                    .live_type = copy("integer"),
                    .live_equality = copy("="),
                    .standby = copy("number"),
                    .standby_type = copy("bigint"),
                    .standby_equality = copy("pg_catalog.="),
                    .expression = copy("CAST(id AS bigint)")};
}

static void
every_member_comes_back(void **state)
{
    MapColumn columns[] = {
        {.name = copy("number"),
         .type = copy("bigint"),
         .expression = copy("id"),
         .compared = copy("CAST(id AS bigint)"),
         .agreed = copy("CAST(id AS integer)"),
         .agreed_standby = copy("CAST(number AS integer)"),
         .source = copy("id"),
         .source_type = copy("integer"),
         .binary = true},
        /* a new column that standby makes itself, and that is not compared */
        {.name = copy("made_at"), .type = copy("timestamp with time zone")},
    };
    MapKey key = make_key();
    char *kept[] = {copy("legacy"), copy("older")};
    Mapping mapping = {.column_count = 2,
                       .columns = columns,
                       .key_count = 1,
                       .keys = &key,
                       .kept_count = 2,
                       .kept = kept,
                       .dropped = copy("'orders_customer_fkey', 'x'")};

    (void)state;
    assert_round_trip(&mapping);
}

static void
an_empty_mapping(void **state)
{
    Mapping mapping = {.dropped = copy("")};

    (void)state;
    assert_round_trip(&mapping);
}

/* Names and expressions hold whatever SQL lets them. */
static void
texts_of_every_kind(void **state)
{
    const char *const texts[] = {
        "",
        " ",
        "a \"quoted\" name",
        "it's",
        "back\\slash \\u0041 \\n",
        "line\nbreak\ttab\r\x01\x7f",
        "größe",
        "列名",
        "\xf0\x9f\x90\x98 \xe2\x80\xa8",
        "{\"columns\":[]}",
        "null",
        "CASE WHEN a ~ E'^\\\\d+$' THEN a::integer ELSE NULL END",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
    {
        char *text = copy(texts[i]);
        MapColumn column = {.name = text,
                            .type = text,
                            .expression = text,
                            .compared = text,
                            .agreed = text,
                            .agreed_standby = text,
                            .source = text,
                            .source_type = text,
                            .binary = i % 2 == 0};
        MapKey key = {text, text, text, text, text, text, text};
        Mapping mapping = {1, &column, 1, &key, 1, &text, text};

        assert_round_trip(&mapping);
    }
}

static void
many_columns_keep_their_order(void **state)
{
    Mapping mapping = {.column_count = 1600, .dropped = copy("")};

    (void)state;
    mapping.columns = arena_alloc(arena, sizeof(MapColumn) * 1600);
    for (int i = 0; i < mapping.column_count; i++)
        mapping.columns[i] = (MapColumn){.name = arena_printf(arena, "c%d", i),
                                         .type = copy("text"),
                                         .source = i % 3 == 0 ? NULL : copy("x"),
                                         .binary = i % 2 == 0};
    assert_round_trip(&mapping);
}

/* ---- damage ---- */

static void
assert_damaged(const char *json)
{
    Error error = ERROR_INIT;
    Mapping mapping;

    if (mapping_from_json(arena, json, &mapping, &error))
        fail_msg("taken for a mapping: %s", json);
    assert_int_equal(error.kind, ERROR_FAULT);
    assert_non_null(strstr(error.message, "damaged"));
    error_clear(&error);
}

/* A mapping as it is written, with the first such piece of it replaced. */
static void
assert_damaged_by(const char *piece, const char *replacement)
{
    MapColumn column = {.name = copy("n"), .type = copy("bigint"), .expression = copy("id")};
    MapKey key = make_key();
    char *kept = copy("legacy");
    Mapping mapping = {1, &column, 1, &key, 1, &kept, copy("")};
    char *json = mapping_to_json(arena, &mapping);
    char *at = strstr(json, piece);

    if (at == NULL)
        fail_msg("no %s in %s", piece, json);
    *at = '\0';
    assert_damaged(arena_printf(arena, "%s%s%s", json, replacement, at + strlen(piece)));
}

static void
what_is_no_mapping(void **state)
{
    (void)state;
    assert_damaged("");
    assert_damaged("null");
    assert_damaged("[]");
    assert_damaged("{}");
    assert_damaged("{\"columns\":[],\"key\":{}}");
    assert_damaged("{\"columns\":[],\"key\":[]"); /* cut off */
    assert_damaged("{\"columns\":[],\"key\":[],\"kept\":[],\"dropped\":\"\"} {}");
}

static void
a_list_of_something_else(void **state)
{
    (void)state;
    assert_damaged_by("\"columns\":[", "\"columns\":[null,");
    assert_damaged_by("\"columns\":[", "\"columns\":[[],");
    assert_damaged_by("\"key\":[", "\"key\":[5,");
    assert_damaged_by("[\"legacy\"]", "[7]");
    assert_damaged_by("[\"legacy\"]", "[null]");
    assert_damaged_by("[\"legacy\"]", "\"legacy\"");
    assert_damaged_by("\"kept\"", "\"other\"");
    assert_damaged_by("\"dropped\":\"\"", "\"dropped\":null");
    assert_damaged_by("\"dropped\":\"\"", "\"dropped\":[]");
}

/* An expression that is lost would mean "standby makes the value itself": a wrong row. */
static void
a_member_that_is_lost_or_no_text(void **state)
{
    (void)state;
    assert_damaged_by("\"expression\":\"id\"", "\"expression\":5");
    assert_damaged_by("\"expression\":\"id\"", "\"expressiom\":\"id\"");
    assert_damaged_by("\"compared\":null", "\"compared\":false");
    assert_damaged_by("\"name\":\"n\"", "\"name\":null");
    assert_damaged_by("\"type\":\"bigint\"", "\"type\":null");
    assert_damaged_by("\"binary\":false", "\"binary\":\"f\"");
    assert_damaged_by("\"binary\":false", "\"binaries\":false");
    assert_damaged_by("\"live\":\"id\"", "\"live\":null");
    assert_damaged_by("\"standby_equality\":", "\"equality\":");
}

/* ---- rows for a VALUES list ---- */

static void
only_columns_that_continue_one(void **state)
{
    MapColumn columns[] = {
        {.name = copy("made_at"), .type = copy("date")},
        {.name = copy("it's"),
         .type = copy("bigint"),
         .source = copy("a\\b"),
         .source_type = copy("integer")},
        {.name = copy("n"), .type = copy("text"), .source = copy("n"), .source_type = copy("text")},
    };
    Mapping mapping = {.column_count = 3, .columns = columns};

    (void)state;
    assert_string_equal(mapping_rows(arena, &mapping),
                        "(E'a\\\\b', 'integer', 'it''s', 'bigint'), ('n', 'text', 'n', 'text')");
    mapping.column_count = 1;
    assert_string_equal(mapping_rows(arena, &mapping), "");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_member_comes_back),
        TEST(an_empty_mapping),
        TEST(texts_of_every_kind),
        TEST(many_columns_keep_their_order),
        TEST(what_is_no_mapping),
        TEST(a_list_of_something_else),
        TEST(a_member_that_is_lost_or_no_text),
        TEST(only_columns_that_continue_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
