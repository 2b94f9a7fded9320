/*
 * The vocabulary of a pair: every word, on a pair with two key columns, a new column, a dropped one
 * and one that goes over as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/pair.h"

/* As the state keeps it: a key of two columns, one of which changes its type; a column that is new,
 * and one that standby makes itself and that has no binary form. */
static const char mapping_json[] =
    "{\"dropped\": \"\", "
    "\"kept\": [], "
    "\"key\": ["
    "{\"live\": \"id\", \"live_type\": \"integer\", \"live_equality\": \"=\", \"standby\": \"id\", "
    "\"standby_type\": \"bigint\", \"standby_equality\": \"=\", \"expression\": \"id::bigint\"},"
    "{\"live\": \"part no\", \"live_type\": \"text\", \"live_equality\": \"=\", \"standby\": "
    "\"part no\", \"standby_type\": \"text\", \"standby_equality\": \"=\", \"expression\": "
    "\"part\"}], "
    "\"columns\": ["
    "{\"name\": \"id\", \"type\": \"bigint\", \"expression\": \"id::bigint\", \"compared\": "
    "\"id::bigint\", \"agreed\": null, \"agreed_standby\": null, \"source\": \"id\", "
    "\"source_type\": null, \"binary\": true},"
    "{\"name\": \"part no\", \"type\": \"text\", \"expression\": \"part\", \"compared\": \"part\", "
    "\"agreed\": null, \"agreed_standby\": null, \"source\": \"part no\", \"source_type\": null, "
    "\"binary\": true},"
    "{\"name\": \"added\", \"type\": \"integer\", \"expression\": \"7\", \"compared\": null, "
    "\"agreed\": null, \"agreed_standby\": null, \"source\": null, \"source_type\": null, "
    "\"binary\": true},"
    "{\"name\": \"total\", \"type\": \"numeric\", \"expression\": null, \"compared\": \"total\", "
    "\"agreed\": \"live_total\", \"agreed_standby\": \"standby_total\", \"source\": \"total\", "
    "\"source_type\": null, \"binary\": false}]}";

static Migration migration = {.id_text = "17",
                              .epoch = "3",
                              .live_is_blue = true,
                              .live_colour = "blue",
                              .standby_colour = "green"};

static Pair
make_pair(Arena *arena)
{
    Error error = ERROR_INIT;
    Pair pair = {.migration = &migration,
                 .number = 1,
                 .schema = arena_strdup(arena, "app"),
                 .table = arena_strdup(arena, "Orders"),
                 .blue = arena_strdup(arena, "100"),
                 .green = arena_strdup(arena, "200"),
                 .live_oid = arena_strdup(arena, "100"),
                 .standby_oid = arena_strdup(arena, "200"),
                 .live = arena_strdup(arena, "app.\"Orders\""),
                 .standby = arena_strdup(arena, "pgswap_17_green.\"Orders\""),
                 .standby_is_partitioned = true,
                 .set = 2,
                 .has_mapping = true};

    assert_true(mapping_from_json(arena, mapping_json, &pair.mapping, &error));
    return pair;
}

static void
words_are_made(void **state)
{
    static const char *const expected[][2] = {
        {"migration", "17"},
        {"pair", "1"},
        {"epoch", "3"},
        {"live", "app.\"Orders\""},
        {"live_rows", "ONLY app.\"Orders\""},
        {"live_oid", "100"},
        {"standby_rows", "pgswap_17_green.\"Orders\""},
        {"standby_schema", "pgswap_17_green"},
        {"away_schema", "pgswap_17_blue"},
        {"log", "pgswap.log_17_1_blue"},
        {"log_set", "pgswap.log_17_1_blue_2"},
        {"dirty", "pgswap.dirty_17_1_blue_2"},
        {"trigger", "pgswap_17_blue"},
        {"key_names", "id, part no"},
        {"key_definitions", "k1 integer, k2 text"},
        {"new_keys", "n.\"id\", n.\"part no\""},
        {"row_old", "OLD.\"id\", OLD.\"part no\""},
        {"live_match", "d.k1 = live.\"id\" AND "
                       "d.k2 = live.\"part no\""},
        {"dirty_columns", "d.k1 AS \"id\", d.k2 AS \"part no\""},
        {"key_expressions", "id::bigint AS k1, part AS k2"},
        {"standby_match", "standby.\"id\" = pending.k1 AND "
                          "standby.\"part no\" = pending.k2"},
        {"columns", "\"id\", \"part no\", \"added\""},
        {"expressions", "id::bigint, part, 7"},
        {"mapped_columns", "id::bigint AS \"id\", part AS \"part no\", total AS \"total\""},
        {"compared_names", "'id', 'part no', 'total'"},
        {"compared_generated", "false, false, true"},
        {"live_texts", "CAST(id::bigint AS pg_catalog.text), CAST(part AS pg_catalog.text), "
                       "CAST(total AS pg_catalog.text)"},
        {"live_fields", "id::bigint, part, id::bigint, part, CAST(total AS pg_catalog.text)"},
        {"standby_fields", "standby.\"id\", standby.\"part no\", standby.\"id\", "
                           "standby.\"part no\", CAST(standby.\"total\" AS pg_catalog.text)"},
    };
    Arena *arena = arena_new();
    Pair pair = make_pair(arena);

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_string_equal(pair_word(arena, &pair, expected[i][0]), expected[i][1]);
    assert_false(pair_keeps(&pair));
    assert_string_equal(pair_word(arena, &pair, "agreed_live_fields"),
                        pair_word(arena, &pair, "live_fields"));
    migration.swapped_before = true; /* green has been live */
    assert_non_null(strstr(pair_word(arena, &pair, "agreed_live_fields"), "part, live_total"));
    assert_non_null(strstr(pair_word(arena, &pair, "agreed_standby_fields"), "standby_total"));
    migration.swapped_before = false;
    arena_free(arena);
}

/* Standby was live once: what it holds in its new column is not made anew. */
static void
what_standby_kept_is_its_value(void **state)
{
    Arena *arena = arena_new();
    Pair pair = make_pair(arena);
    const char *expressions;

    (void)state;
    pair.mapping.kept_count = 1;
    pair.mapping.kept = &pair.mapping.columns[2].name;
    assert_true(pair_keeps(&pair));
    assert_string_equal(pair_word(arena, &pair, "kept_columns"), "standby.\"added\"");
    assert_string_equal(pair_word(arena, &pair, "kept_definitions"), "pgswap_c1 integer");
    assert_string_equal(pair_word(arena, &pair, "kept_key_definitions"),
                        "pgswap_k1 bigint, pgswap_k2 text");
    expressions = pair_word(arena, &pair, "expressions");
    assert_non_null(strstr(expressions, "SELECT s.pgswap_c1 FROM pgswap.kept_17_1_blue AS s"));
    /* an UPDATE leaves it as it is */
    assert_null(strstr(pair_word(arena, &pair, "assigned"), "added"));
    assert_non_null(strstr(pair_word(arena, &pair, "assigned"), ", 1)"));
    assert_non_null(strstr(expressions, "s.pgswap_k1 = id::bigint"));
    assert_non_null(strstr(expressions, "ELSE 7"));
    arena_free(arena);
}

/* A template takes of the words what it names; a variable is used, and is no word. */
static void
variables_stay_strict(void **state)
{
    Arena *arena = arena_new();
    Pair pair = make_pair(arena);
    Error error = ERROR_INIT;

    (void)state;
    assert_string_equal(pair_render(arena, &pair, &error, "kept_clear", NULL),
                        "DELETE FROM pgswap.kept_17_1_blue;\n");
    assert_null(pair_render(arena, &pair, &error, "kept_clear", "unused", "1", NULL));
    assert_non_null(strstr(error.message, "variable \"unused\" has no placeholder"));
    error_clear(&error);
    assert_null(pair_render(arena, &pair, &error, "kept_clear", "kept", "other", NULL));
    assert_non_null(strstr(error.message, "variable \"kept\" has the name of a word"));
    error_clear(&error);
    assert_null(pair_render(arena, &pair, &error, "pause_point", NULL));
    assert_non_null(strstr(error.message, "has no variable"));
    error_clear(&error);
    arena_free(arena);
}

/* There is no way from live to standby: nothing to say about their columns. */
static void
no_mapping_no_words(void **state)
{
    Arena *arena = arena_new();
    Pair pair = make_pair(arena);
    Error error = ERROR_INIT;

    (void)state;
    pair.has_mapping = false;
    assert_string_equal(pair_word(arena, &pair, "log"), "pgswap.log_17_1_blue");
    assert_null(pair_render(arena, &pair, &error, "pending_insert", NULL));
    assert_non_null(strstr(error.message, "has no variable"));
    error_clear(&error);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_made),
        cmocka_unit_test(what_standby_kept_is_its_value),
        cmocka_unit_test(variables_stay_strict),
        cmocka_unit_test(no_mapping_no_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
