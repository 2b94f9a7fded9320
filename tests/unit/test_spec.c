/*
 * What the options say as statements, in order; what has no place in a change; and when two changes
 * are the same one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/spec.h"

static Arena *arena;
static Spec spec;
static Error error;

static int
setup(void **state)
{
    (void)state;
    arena = arena_new();
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

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
reads(const char *const *alters, const char *script, const char *const *maps,
      const char *const *reverse_maps)
{
    if (!spec_read(arena, alters, script, maps, reverse_maps, &spec, &error))
        fail_msg("%s: %s", error.message, error.detail != NULL ? error.detail : "");
}

/* The statements: "(actions)" or the SQL, with " / " between them. */
static void
assert_statements(const char *expected)
{
    Text text = {0};

    for (int i = 0; i < spec.statement_count; i++)
    {
        const SpecStatement *statement = &spec.statements[i];

        assert_true((statement->actions == NULL) != (statement->sql == NULL));
        text_append(&text, i > 0 ? " / " : "");
        if (statement->actions != NULL)
            text_printf(&text, "(%s)", statement->actions);
        else
            text_append(&text, statement->sql);
    }
    assert_string_equal(text_cstr(&text), expected);
    text_clear(&text);
}

static void
refuses(const char *const *alters, const char *script, ErrorKind kind, const char *word)
{
    if (spec_read(arena, alters, script, NULL, NULL, &spec, &error))
        fail_msg("taken: %s", alters != NULL ? alters[0] : script);
    assert_int_equal(error.kind, kind);
    if (strstr(error.message, word) == NULL)
        fail_msg("no \"%s\" in: %s", word, error.message);
    error_clear(&error);
}

/* ---- statements ---- */

static void
actions_stay_together(void **state)
{
    (void)state;
    reads(LIST("ALTER a TYPE bigint, ADD b text DEFAULT 'x, y'", "DROP c"), NULL, NULL, NULL);
    assert_statements("(ALTER a TYPE bigint,\nADD b text DEFAULT 'x, y') / (DROP c)");
}

/* PostgreSQL takes a RENAME only alone, and what follows it means the new name. */
static void
a_rename_stands_alone_and_in_its_place(void **state)
{
    (void)state;
    reads(LIST("ADD x int, RENAME a TO b, ALTER b TYPE bigint, DROP c, RENAME COLUMN d TO e"), NULL,
          NULL, NULL);
    assert_statements("(ADD x int) / (RENAME a TO b) / (ALTER b TYPE bigint,\nDROP c) / "
                      "(RENAME COLUMN d TO e)");
    reads(LIST("RENAME a TO b, RENAME b TO c"), NULL, NULL, NULL);
    assert_statements("(RENAME a TO b) / (RENAME b TO c)");
}

static void
a_script_is_read_by_statement(void **state)
{
    (void)state;
    reads(LIST("ADD x int"),
          "-- first\nALTER TABLE ONLY :green DROP a, RENAME b TO c;\n"
          "CREATE INDEX ON :green (c) WHERE c <> ';';;\n",
          NULL, NULL);
    assert_statements("(ADD x int) / (DROP a) / (RENAME b TO c) / "
                      "CREATE INDEX ON :green (c) WHERE c <> ';'");
}

static void
nothing_said_is_an_empty_change(void **state)
{
    (void)state;
    reads(NULL, NULL, NULL, NULL);
    assert_statements("");
    assert_int_equal(strlen(spec.hash), 32);
    reads(LIST(NULL), " -- nothing\n ; ", LIST(NULL), LIST(NULL));
    assert_statements("");
}

static void
maps_of_both_directions(void **state)
{
    (void)state;
    reads(NULL, NULL, LIST("A=b + 1", "\"C\"=CASE WHEN a = 1 THEN 2 END"), LIST("b=a - 1"));
    assert_int_equal(spec.map_count, 2);
    assert_string_equal(spec.maps[0].column, "a");
    assert_string_equal(spec.maps[0].expression, "b + 1");
    assert_string_equal(spec.maps[1].column, "C");
    assert_string_equal(spec.maps[1].expression, "CASE WHEN a = 1 THEN 2 END");
    assert_int_equal(spec.reverse_map_count, 1);
    assert_string_equal(spec.reverse_maps[0].column, "b");
}

/* ---- refusals ---- */

static void
the_table_itself_stays(void **state)
{
    (void)state;
    refuses(LIST("RENAME TO other"), NULL, ERROR_REFUSED, "rename");
    refuses(LIST("ADD x int, SET SCHEMA other"), NULL, ERROR_REFUSED, "move");
    refuses(NULL, "ALTER TABLE :green RENAME TO other", ERROR_REFUSED, "rename");
    refuses(NULL, "/* x */ alter table if exists :green set schema other", ERROR_REFUSED, "move");
}

static void
the_transaction_is_not_the_users(void **state)
{
    const char *const statements[] = {"BEGIN",
                                      "COMMIT",
                                      "rollback",
                                      "START TRANSACTION",
                                      "END",
                                      "ABORT",
                                      "SAVEPOINT :green",
                                      "VACUUM :green",
                                      "SET x = ':green'",
                                      "/* */ COPY :green FROM 'x'",
                                      "reset all",
                                      "DISCARD ALL",
                                      "PREPARE x AS SELECT :green"};

    (void)state;
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        refuses(NULL, arena_printf(arena, "CREATE INDEX ON :green (a); %s", statements[i]),
                ERROR_REFUSED, "cannot be part of a change");
}

/* A statement that does not mean the new table would change something else, now. */
static void
each_statement_mentions_green(void **state)
{
    (void)state;
    refuses(NULL, "DROP TABLE orders", ERROR_REFUSED, ":green");
    refuses(NULL, "COMMENT ON TABLE x IS ':green'", ERROR_REFUSED, ":green");
    refuses(NULL, "SELECT 1 -- :green", ERROR_REFUSED, ":green");
    refuses(NULL, "SELECT a::greenish", ERROR_REFUSED, ":green");
}

static void
what_cannot_be_read(void **state)
{
    (void)state;
    refuses(LIST("ADD x text DEFAULT 'open"), NULL, ERROR_FAULT, "");
    refuses(LIST("ADD x int; DROP TABLE y"), NULL, ERROR_FAULT, "");
    refuses(NULL, "CREATE INDEX ON :green (a", ERROR_FAULT, "");
    assert_false(spec_read(arena, NULL, NULL, LIST("no expression"), NULL, &spec, &error));
    error_clear(&error);
    assert_false(spec_read(arena, NULL, NULL, NULL, LIST("a=1, b=2"), &spec, &error));
}

/* ---- the same change ---- */

static const char *
hash_of(const char *const *alters, const char *script, const char *const *maps,
        const char *const *reverse_maps)
{
    reads(alters, script, maps, reverse_maps);
    return spec.hash;
}

static void
the_same_change_has_the_same_hash(void **state)
{
    (void)state;
    assert_string_equal(hash_of(LIST("ADD x int"), NULL, LIST("x=1"), NULL),
                        hash_of(LIST("ADD x int;"), NULL, LIST("X = 1"), NULL));
    assert_string_equal(hash_of(LIST("ADD x int, DROP y"), NULL, NULL, NULL),
                        hash_of(NULL, "ALTER TABLE :green ADD x int , DROP y;", NULL, NULL));
}

static void
another_change_has_another_hash(void **state)
{
    const char *hashes[] = {
        hash_of(NULL, NULL, NULL, NULL),
        hash_of(LIST("ADD x int"), NULL, NULL, NULL),
        hash_of(LIST("ADD x bigint"), NULL, NULL, NULL),
        hash_of(LIST("ADD x int", "ADD x int"), NULL, NULL, NULL),
        hash_of(LIST("ADD x int", "DROP y"), NULL, NULL, NULL),
        hash_of(LIST("DROP y", "ADD x int"), NULL, NULL, NULL),
        hash_of(LIST("ADD x int, DROP y"), NULL, NULL, NULL),
        hash_of(LIST("ADD x int"), NULL, LIST("x=1"), NULL),
        hash_of(LIST("ADD x int"), NULL, NULL, LIST("x=1")),
        hash_of(LIST("ADD x int"), NULL, LIST("x=2"), NULL),
        hash_of(LIST("ADD x int"), NULL, LIST("y=1"), NULL),
        hash_of(NULL, "CREATE INDEX ON :green (x)", NULL, NULL),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hashes[i], hashes[j]);
}

/* Text that is not UTF-8 cannot be kept in the state: a statement that fell out of it would leave
 * another change than the one that was asked for. */
static void
text_in_another_encoding(void **state)
{
    (void)state;
    refuses(LIST("ADD \"gr\xf6\xdf"
                 "e\" int"),
            NULL, ERROR_FAULT, "UTF-8");
    refuses(NULL,
            "COMMENT ON TABLE :green IS 'gr\xf6\xdf"
            "e'",
            ERROR_FAULT, "UTF-8");
    assert_false(spec_read(arena, NULL, NULL, LIST("a='\xf6'"), NULL, &spec, &error));
    assert_int_equal(error.kind, ERROR_FAULT);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(actions_stay_together),
        TEST(a_rename_stands_alone_and_in_its_place),
        TEST(a_script_is_read_by_statement),
        TEST(nothing_said_is_an_empty_change),
        TEST(maps_of_both_directions),
        TEST(the_table_itself_stays),
        TEST(the_transaction_is_not_the_users),
        TEST(each_statement_mentions_green),
        TEST(what_cannot_be_read),
        TEST(the_same_change_has_the_same_hash),
        TEST(another_change_has_another_hash),
        TEST(text_in_another_encoding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
