/*
 * Quoting, names and the scanner, with the input that breaks naive ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "arena_fixture.h"
#include "sql/ident.h"
#include "sql/scan.h"

/* The error is there, is a fault, and says this. */
static void
assert_fault(Error *error, const char *part)
{
    assert_int_equal(error->kind, ERROR_FAULT);
    if (strstr(error->message, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error->message, part);
    error_clear(error);
}

static void
test_ident_quote(void **state)
{
    (void)state;
    assert_string_equal(ident_quote(arena, "orders"), "\"orders\"");
    assert_string_equal(ident_quote(arena, "say \"hi\""), "\"say \"\"hi\"\"\"");
    assert_string_equal(ident_quote(arena, "a\\b"), "\"a\\b\"");
    assert_string_equal(ident_quote(arena, ""), "\"\"");
    assert_string_equal(ident_qualified(arena, "App", "x\".y"), "\"App\".\"x\"\".y\"");
}

static void
test_literal_quote(void **state)
{
    (void)state;
    assert_string_equal(literal_quote(arena, "plain"), "'plain'");
    assert_string_equal(literal_quote(arena, "it's"), "'it''s'");
    assert_string_equal(literal_quote(arena, "a\\b"), "E'a\\\\b'");
    assert_string_equal(literal_quote(arena, "\\'"), "E'\\\\'''");
    assert_string_equal(literal_quote(arena, ""), "''");
    assert_string_equal(literal_quote(arena, NULL), "NULL");
}

static void
test_ident_parse(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *schema; /* NULL: none */
        const char *name;
    } cases[] = {
        {"orders", NULL, "orders"},
        {"Orders", NULL, "orders"},
        {"App.ORDERS", "app", "orders"},
        {"\"App\".\"Or.ders\"", "App", "Or.ders"},
        {"app.\"a\"\"b\"", "app", "a\"b"},
        {"\"a b\"", NULL, "a b"},
        {"GRÜN", NULL, "grÜn"},
        {"my-table", NULL, "my-table"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        char *schema;
        char *name;

        assert_true(ident_parse(arena, cases[i].text, &schema, &name, &error));
        assert_string_equal(name, cases[i].name);
        if (cases[i].schema == NULL)
            assert_null(schema);
        else
            assert_string_equal(schema, cases[i].schema);
    }
}

static void
test_ident_parse_refuses(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "empty part"},
        {".a", "empty part"},
        {"a.", "empty part"},
        {"a.\"\"", "empty part"},
        {"a.b.c", "more than two parts"},
        {"\"a", "unterminated quoted identifier"},
        {"\"a\"\"", "unterminated quoted identifier"},
        {"\"a\"b", "syntax error at \"b\""},
        {"a\"b\"", "syntax error"},
        {"a b", "syntax error at \" b\""},
        {"a; DROP TABLE b", "syntax error"},
        {"a234567890123456789012345678901234567890123456789012345678901234", "longer than 63"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        char *schema;
        char *name;

        assert_false(ident_parse(arena, cases[i].text, &schema, &name, &error));
        assert_non_null(error.hint);
        assert_fault(&error, cases[i].why);
    }
}

/* A name of 63 bytes is the longest that the server does not cut. */
static void
test_ident_parse_longest(void **state)
{
    (void)state;
    Error error = ERROR_INIT;
    char longest[64] = "";
    char *schema;
    char *name;

    memset(longest, 'x', 63);
    assert_true(ident_parse(arena, longest, &schema, &name, &error));
    assert_string_equal(name, longest);
}

static void
assert_list(const ScanList *list, const char *const *items)
{
    int count = 0;

    for (; items[count] != NULL; count++)
    {
        assert_true(count < list->count);
        assert_string_equal(list->items[count], items[count]);
    }
    assert_int_equal(list->count, count);
}

static void
assert_statements(const char *text, const char *const *items)
{
    Error error = ERROR_INIT;
    ScanList list;

    if (!scan_statements(arena, text, &list, &error))
        fail_msg("%s: %s", text, error.message);
    assert_list(&list, items);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
test_statements(void **state)
{
    (void)state;
    assert_statements("", (const char *const[]){NULL});
    assert_statements(" ;; -- nothing; here\n; /* ; */ ;", (const char *const[]){NULL});
    assert_statements(" a ;\n b", LIST("a", "b"));
    assert_statements("a ';' \";\" $$;$$ $x$;$y$;$x$ E'\\';' (;) [;];b",
                      LIST("a ';' \";\" $$;$$ $x$;$y$;$x$ E'\\';' (;) [;]", "b"));
    assert_statements("-- first\na; /* s;e */ b -- third;\n;c",
                      LIST("-- first\na", "/* s;e */ b -- third;\n", "c"));
    assert_statements("CREATE RULE r AS ON DELETE TO t DO (a; b); c",
                      LIST("CREATE RULE r AS ON DELETE TO t DO (a; b)", "c"));
}

static void
test_statements_begin_atomic(void **state)
{
    (void)state;
    const char *function = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql\n"
                           "BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
    const char *procedure = "create procedure p() begin atomic end";

    assert_statements(arena_printf(arena, "%s; %s; x", function, procedure),
                      LIST(function, procedure, "x"));
    assert_statements("BEGIN; x; END; CREATE TABLE begin (a); y",
                      LIST("BEGIN", "x", "END", "CREATE TABLE begin (a)", "y"));
}

static void
test_statements_refused(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *why;
    } cases[] = {
        {"a;\n'b;\nc", "unterminated quoted string at line 2"},
        {"a;\nb \"b;\nc", "unterminated quoted identifier at line 2"},
        {"\n\n/* a /* b */", "unterminated comment at line 3"},
        {"a; $x$ b $y$", "unterminated quoted string at line 1"},
        {"E'\\'", "unterminated quoted string"},
        {"E'a\\", "unterminated quoted string"},
        {"a;\nb (c\n", "\"(\" at line 2 is never closed"},
        {"a [(", "\"[\" at line 1 is never closed"},
        {"a\n)", "closing \")\" at line 2 was never opened"},
        {"a;\n\\d b\n", "backslash command at line 2 is not SQL"},
        {"SELECT 1 \\gexec", "backslash command at line 1 is not SQL"},
        {"x;\nCREATE FUNCTION f() BEGIN ATOMIC SELECT 1;", "begins at line 2 is never ended"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        ScanList list;

        assert_false(scan_statements(arena, cases[i].text, &list, &error));
        assert_fault(&error, cases[i].why);
    }
}

static void
assert_actions(const char *text, const char *const *items)
{
    Error error = ERROR_INIT;
    ScanList list;

    if (!scan_actions(arena, text, &list, &error))
        fail_msg("%s: %s", text, error.message);
    assert_list(&list, items);
}

static void
test_actions(void **state)
{
    (void)state;
    assert_actions("", (const char *const[]){NULL});
    assert_actions(" ; -- none", (const char *const[]){NULL});
    assert_actions("a, b ;", LIST("a", "b"));
    assert_actions("a -- x, y\n, b", LIST("a -- x, y\n", "b"));
    assert_actions("ALTER COLUMN \"a,b\" TYPE numeric(10,2) USING (x || ', using ')::numeric(10,2)"
                   ", ADD CONSTRAINT c CHECK (a IN ('x', $$,$$)), ADD d int[] DEFAULT ARRAY[1,2]",
                   LIST("ALTER COLUMN \"a,b\" TYPE numeric(10,2) USING (x || ', using ')"
                        "::numeric(10,2)",
                        "ADD CONSTRAINT c CHECK (a IN ('x', $$,$$))",
                        "ADD d int[] DEFAULT ARRAY[1,2]"));
}

static void
test_actions_refused(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *why;
    } cases[] = {
        {"a,", "empty clause"},
        {",a", "empty clause"},
        {"a, /* b */, c", "empty clause"},
        {",", "empty clause"},
        {"a;\n DROP TABLE b", "text after a semicolon at line 2"},
        {"a (b", "never closed"},
        {"a $$", "unterminated"},
        {"\\! true", "backslash"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        ScanList list;

        assert_false(scan_actions(arena, cases[i].text, &list, &error));
        assert_fault(&error, cases[i].why);
    }
}

static void
assert_same(const char *found, const char *expected)
{
    if (expected == NULL)
        assert_null(found);
    else
    {
        assert_non_null(found);
        assert_string_equal(found, expected);
    }
}

static void
test_action(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        ScanKind kind;
        const char *name;
        const char *using_expression;
    } cases[] = {
        {"ALTER COLUMN id TYPE bigint", SCAN_TYPE, "id", NULL},
        {"alter Id type bigint;", SCAN_TYPE, "id", NULL},
        {"ALTER COLUMN \"Id\" SET DATA TYPE bigint COLLATE \"C\" USING \"Id\" + 1", SCAN_TYPE, "Id",
         "\"Id\" + 1"},
        {"ALTER \"column\" TYPE text", SCAN_TYPE, "column", NULL},
        {"ALTER type TYPE text", SCAN_TYPE, "type", NULL},
        {"ALTER COLUMN set SET DATA TYPE text", SCAN_TYPE, "set", NULL},
        {"ALTER COLUMN \"a,\"\"b\" TYPE numeric(10,2) USING (x || ', using ')::numeric(10,2)",
         SCAN_TYPE, "a,\"b", "(x || ', using ')::numeric(10,2)"},
        {"ALTER/**/a--x\nTYPE /* USING z */ \"using\"(1) uSiNg /* b */ a + /* c */ 1 -- d",
         SCAN_TYPE, "a", "a + /* c */ 1"},
        {"ALTER a TYPE text USING (SELECT 1 FROM b JOIN c USING (d))", SCAN_TYPE, "a",
         "(SELECT 1 FROM b JOIN c USING (d))"},
        {"ALTER COLUMN g SET EXPRESSION AS (a * 2)", SCAN_SET_EXPRESSION, "g", NULL},
        {"alter set set expression as (type)", SCAN_SET_EXPRESSION, "set", NULL},
        {"ALTER a TYPE text USING $$ using $$ ;", SCAN_TYPE, "a", "$$ using $$"},
        {"ALTER COLUMN U&\"d\\0061t\\+000061\" TYPE text", SCAN_TYPE, "data", NULL},
        {"ALTER u&\"d!0061t\"\"\\!!\" UESCAPE '!' TYPE text USING a", SCAN_TYPE, "dat\"\\!", "a"},
        {"ALTER U&\"\\00fc\\20AC\\D83D\\DE00\" TYPE text", SCAN_TYPE, "ü€😀", NULL},
        {"ALTER grün TYPE text", SCAN_TYPE, "grün", NULL},
        {"ALTER COLUMN a SET DEFAULT 1", SCAN_OTHER, NULL, NULL},
        {"ALTER COLUMN a SET STATISTICS 100", SCAN_OTHER, NULL, NULL},
        {"ALTER COLUMN a DROP NOT NULL", SCAN_OTHER, NULL, NULL},
        {"ALTER CONSTRAINT c DEFERRABLE", SCAN_OTHER, NULL, NULL},
        {"ALTER", SCAN_OTHER, NULL, NULL},
        {"ALTER COLUMN", SCAN_OTHER, NULL, NULL},
        {"ADD CONSTRAINT c EXCLUDE USING gist (r WITH &&)", SCAN_OTHER, NULL, NULL},
        {"ADD CONSTRAINT c UNIQUE USING INDEX i", SCAN_OTHER, NULL, NULL},
        {"ADD COLUMN b text", SCAN_OTHER, NULL, NULL},
        {"DROP COLUMN b", SCAN_OTHER, NULL, NULL},
        {"DROP CONSTRAINT C1", SCAN_DROP_CONSTRAINT, "c1", NULL},
        {"DROP CONSTRAINT IF EXISTS \"C\" CASCADE", SCAN_DROP_CONSTRAINT, "C", NULL},
        {"DROP CONSTRAINT if", SCAN_DROP_CONSTRAINT, "if", NULL},
        {"RENAME TO b", SCAN_RENAME_TABLE, "b", NULL},
        {"RENAME COLUMN a TO b", SCAN_OTHER, NULL, NULL},
        {"RENAME a TO b", SCAN_OTHER, NULL, NULL},
        {"RENAME CONSTRAINT a TO b", SCAN_OTHER, NULL, NULL},
        {"/* x */ SET SCHEMA \"S\"", SCAN_SET_SCHEMA, "S", NULL},
        {"SET (fillfactor = 70)", SCAN_OTHER, NULL, NULL},
        {"SET TABLESPACE t", SCAN_OTHER, NULL, NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        ScanAction action;

        if (!scan_action(arena, cases[i].text, &action, &error))
            fail_msg("%s: %s", cases[i].text, error.message);
        if (action.kind != cases[i].kind)
            fail_msg("%s: kind %d", cases[i].text, (int)action.kind);
        assert_same(action.name, cases[i].name);
        assert_same(action.using_expression, cases[i].using_expression);
    }
}

static void
test_action_refused(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "expected one clause, found 0"},
        {"ADD a int, ADD b int", "expected one clause, found 2"},
        {"ALTER a TYPE text USING -- nothing", "USING without an expression for column \"a\""},
        {"ALTER a TYPE text USING (a", "never closed"},
        {"ALTER U&\"\\00\" TYPE text", "invalid Unicode escape"},
        {"ALTER U&\"\\D83D\" TYPE text", "invalid Unicode escape"},
        {"ALTER U&\"\\DE00\" TYPE text", "invalid Unicode escape"},
        {"ALTER U&\"\\0000\" TYPE text", "invalid Unicode escape"},
        {"DROP CONSTRAINT U&\"\\+110000\"", "invalid Unicode escape"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        ScanAction action;

        assert_false(scan_action(arena, cases[i].text, &action, &error));
        assert_fault(&error, cases[i].why);
    }
}

static void
test_alter_table(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *actions; /* NULL: it is not one */
    } cases[] = {
        {"ALTER TABLE :green ADD a int", " ADD a int"},
        {"alter table if exists only :green * DROP b", " DROP b"},
        {"ALTER TABLE ONLY (:green) DROP b", " DROP b"},
        {"-- x\nALTER /* y */ TABLE\n:green\nDROP b", "\nDROP b"},
        {"ALTER TABLE :greenish DROP b", NULL},
        {"ALTER TABLE :\"green\" DROP b", NULL},
        {"ALTER TABLE other DROP b", NULL},
        {"ALTER TABLE", NULL},
        {"ALTER INDEX :green", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        const char *actions = NULL;

        assert_int_equal(scan_alter_table(cases[i].text, ":green", &actions),
                         cases[i].actions != NULL);
        assert_same(actions, cases[i].actions);
    }
}

static void
test_replace_variable(void **state)
{
    (void)state;
    int found;
    const char *text = "CREATE INDEX i ON :green (a) WHERE b <> ':green' -- :green\n"
                       "AND \":green\" = $$:green$$ AND x::green AND :greens AND /* :green */ "
                       ":green";

    assert_string_equal(scan_replace_variable(arena, text, ":green", "s.t", &found),
                        "CREATE INDEX i ON s.t (a) WHERE b <> ':green' -- :green\n"
                        "AND \":green\" = $$:green$$ AND x::green AND :greens AND /* :green */ "
                        "s.t");
    assert_int_equal(found, 2);
    assert_string_equal(scan_replace_variable(arena, "", ":green", "s.t", &found), "");
    assert_int_equal(found, 0);
}

static void
test_keyword(void **state)
{
    (void)state;
    assert_string_equal(scan_keyword(arena, " -- a\n/* b */ create table x"), "CREATE");
    assert_string_equal(scan_keyword(arena, "Commit;"), "COMMIT");
    assert_string_equal(scan_keyword(arena, "-- a"), "");
    assert_string_equal(scan_keyword(arena, "\"select\""), "");
    assert_string_equal(scan_keyword(arena, ""), "");
}

static void
test_assignment(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *column;
        const char *expression;
    } cases[] = {
        {"a=b", "a", "b"},
        {" Total = net + tax -- sum", "total", "net + tax"},
        {"\"A=b\" = c = d", "A=b", "c = d"},
        {"a=coalesce(b, ',', $$;$$)", "a", "coalesce(b, ',', $$;$$)"},
        {"U&\"\\0061\"=1", "a", "1"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        char *column;
        char *expression;

        if (!scan_assignment(arena, cases[i].text, &column, &expression, &error))
            fail_msg("%s: %s", cases[i].text, error.message);
        assert_string_equal(column, cases[i].column);
        assert_string_equal(expression, cases[i].expression);
    }
}

static void
test_assignment_refused(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "found 0"},
        {"a", "no column name followed by \"=\""},
        {"=b", "no column name"},
        {"a.b=c", "no column name"},
        {"a:=c", "no column name"},
        {"'a'=c", "no column name"},
        {"a= -- b", "nothing follows"},
        {"a=b, c", "found 2"},
        {"a=b; c", "text after a semicolon"},
        {"a=b) + (c", "never opened"},
        {"a='b", "unterminated"},
        {"U&\"\\x\"=1", "invalid Unicode escape"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        char *column;
        char *expression;

        assert_false(scan_assignment(arena, cases[i].text, &column, &expression, &error));
        assert_non_null(error.hint);
        assert_fault(&error, cases[i].why);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_ident_quote),
        TEST(test_literal_quote),
        TEST(test_ident_parse),
        TEST(test_ident_parse_refuses),
        TEST(test_ident_parse_longest),
        TEST(test_statements),
        TEST(test_actions),
        TEST(test_statements_begin_atomic),
        TEST(test_statements_refused),
        TEST(test_actions_refused),
        TEST(test_action),
        TEST(test_action_refused),
        TEST(test_alter_table),
        TEST(test_replace_variable),
        TEST(test_keyword),
        TEST(test_assignment),
        TEST(test_assignment_refused),
    };

    return cmocka_run_group_tests_name("sql", tests, NULL, NULL);
}
