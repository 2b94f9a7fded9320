/*
 * Templates: which placeholders are replaced and which only look like one, what is refused, and the
 * directory that replaces embedded templates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sql/embedded.h"
#include "sql/template.h"

static Arena *arena;

/* The error is there, is a fault, and says this. */
static void
assert_fault(Error *error, const char *part)
{
    assert_int_equal(error->kind, ERROR_FAULT);
    if (strstr(error->message, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error->message, part);
    error_clear(error);
}

static char scratch[] = "/tmp/pgswap-test-XXXXXX";

static void
write_file(const char *name, const char *content)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void
remove_file(const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", scratch, name);
    assert_int_equal(unlink(path), 0);
}

static int
setup_directory(void **state)
{
    (void)state;
    arena = arena_new();
    return mkdtemp(scratch) == NULL ? -1 : 0;
}

static int
teardown_directory(void **state)
{
    (void)state;
    Error error = ERROR_INIT;

    if (!template_use_directory(scratch, &error)) /* empty again: back to what is embedded */
        return -1;
    arena_free(arena);
    return rmdir(scratch);
}

/* Puts the text in the place of the first template and renders it. */
static char *
render(const char *text, const TemplateVar *vars, int count, Error *error)
{
    const char *name = embedded_templates[0].name;
    char file[128];

    assert_non_null(name);
    snprintf(file, sizeof(file), "%s.sql", name);
    write_file(file, text);

    bool is_read = template_use_directory(scratch, error);
    remove_file(file);
    assert_true(is_read);
    assert_string_equal(template_text(name), text);
    return template_render_vars(arena, name, vars, count, error);
}

static void
test_template_placeholders(void **state)
{
    (void)state;
    static const TemplateVar vars[] = {{"a", "x\"'\\"}};
    static const struct
    {
        const char *text;
        const char *result;
    } cases[] = {
        {":a", "x\"'\\"},
        {":\"a\"", "\"x\"\"'\\\""},
        {":'a'", "E'x\"''\\\\'"},
        {"(:a,:a)", "(x\"'\\,x\"'\\)"},
        {":a::int", "x\"'\\::int"},
        {"x:a", "xx\"'\\"},
        {"-- What.\n-- Lock: none\n\n-- more\n:a -- :a\n", "x\"'\\ -- :a\n"},
        /* Nothing is a placeholder in here; the one at the end shows that the scanner is back. */
        {"y::a :a", "y::a x\"'\\"},
        {"f(p := 1, q :=2) :a", "f(p := 1, q :=2) x\"'\\"},
        {"t[1:2] t[:] : a :'a b' :a", "t[1:2] t[:] : a :'a b' x\"'\\"},
        {"':a' '''x:a' :a", "':a' '''x:a' x\"'\\"},
        {"'\\' :a '\\'", "'\\' x\"'\\ '\\'"},
        {"E'\\' :a' :a", "E'\\' :a' x\"'\\"},
        {"e'a\\\\' :a", "e'a\\\\' x\"'\\"},
        {"E'a'\n  '\\':a' :a", "E'a'\n  '\\':a' x\"'\\"},
        {"E'a' '\\' :a", "E'a' '\\' x\"'\\"},
        {"typE'\\' :a", "typE'\\' x\"'\\"},
        {"\":a\"\"\" :a", "\":a\"\"\" x\"'\\"},
        {"U&\":a\" U&':a' :a", "U&\":a\" U&':a' x\"'\\"},
        {"$$:a$$ :a", "$$:a$$ x\"'\\"},
        {"$t$ $$ :a $x$ $t$ :a", "$t$ $$ :a $x$ $t$ x\"'\\"},
        {"x$$ :a y$$", "x$$ x\"'\\ y$$"},
        {"$1$ :a $1$", "$1$ x\"'\\ $1$"},
        {"$1 :a $1", "$1 x\"'\\ $1"},
        {":a /* :a /* :a */ :a */ :a", "x\"'\\ /* :a /* :a */ :a */ x\"'\\"},
        {":a /* ' */ '/*' :a '*/'", "x\"'\\ /* ' */ '/*' x\"'\\ '*/'"},
        {"1 - -:a", "1 - -x\"'\\"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
    {
        Error error = ERROR_INIT;
        char *result = render(cases[i].text, vars, 1, &error);

        if (result == NULL)
            fail_msg("%s: %s", cases[i].text, error.message);
        assert_string_equal(result, cases[i].result);
    }
}

static void
test_template_faults(void **state)
{
    (void)state;
    static const TemplateVar vars[] = {{"a", "1"}, {"b", "2"}, {"none", NULL}};
    Error error = ERROR_INIT;

    assert_null(render("SELECT :a, :c", vars, 1, &error));
    assert_fault(&error, "placeholder :c has no variable");
    assert_null(render("SELECT :\"ab\"", vars, 2, &error));
    assert_fault(&error, "placeholder :\"ab\" has no variable");
    assert_null(render("SELECT :n", vars + 2, 1, &error)); /* "none" begins like it */
    assert_fault(&error, "placeholder :n has no variable");
    assert_null(render("SELECT :a, ':b'", vars, 2, &error));
    assert_fault(&error, "variable \"b\" has no placeholder");
    assert_null(render("-- :b\nSELECT :a", vars, 2, &error));
    assert_fault(&error, "variable \"b\" has no placeholder");
    assert_null(render("SELECT :none", vars + 2, 1, &error));
    assert_fault(&error, "placeholder :none has no value");
    assert_string_equal(render("SELECT :'none'", vars + 2, 1, &error), "SELECT NULL");
    assert_null(template_render(arena, "no such", &error, NULL));
    assert_fault(&error, "template \"no such\" does not exist");
    assert_null(template_text("no such"));
}

static void
test_template_pairs(void **state)
{
    (void)state;
    Error error = ERROR_INIT;
    char file[128];

    snprintf(file, sizeof(file), "%s.sql", embedded_templates[0].name);
    write_file(file, "SELECT :'a', :b;\n");
    assert_true(template_use_directory(scratch, &error));
    remove_file(file);
    assert_string_equal(template_render(arena, embedded_templates[0].name, &error, "b", "2", "a",
                                        (char *)NULL, NULL),
                        "SELECT NULL, 2;\n");
    assert_null(template_render(arena, embedded_templates[0].name, &error, "a", "1", NULL));
    assert_fault(&error, "placeholder :b");
}

/* A part stands where it is named, over the same variables; what only looks like one is unknown. */
static void
test_template_parts(void **state)
{
    (void)state;
    Error error = ERROR_INIT;
    char *sql = render("WITH RECURSIVE :part_views SELECT", NULL, 0, &error);

    assert_non_null(strstr(sql, "WITH RECURSIVE view_at(oid, level) AS ("));
    assert_null(strstr(sql, "Lock: none"));
    assert_null(render("SELECT :part_of_none", NULL, 0, &error));
    assert_fault(&error, "placeholder :part_of_none has no variable");
}

/* Sections of all templates stand where they are named, in order, over the same variables. */
static void
test_template_sections(void **state)
{
    (void)state;
    static const TemplateVar vars[] = {{"a", "1"}};
    Error error = ERROR_INIT;
    char first[128], second[128], *sql;

    snprintf(first, sizeof(first), "%s.sql", embedded_templates[0].name);
    snprintf(second, sizeof(second), "%s.sql", embedded_templates[1].name);
    write_file(first, "-- A kind.\n\n-- [of_test]\none(:a),\n-- [of_others]\nnothing\n");
    write_file(second, "-- Another.\n-- [of_others]\nnothing\n-- [of_test]\ntwo(:b),\n");
    write_file("commit.sql", "SELECT :each_of_test :a");
    assert_true(template_use_directory(scratch, &error));
    assert_null(template_render_vars(arena, "commit", vars, 1, &error));
    assert_fault(&error, "placeholder :b has no variable");
    remove_file(second);
    write_file(second, "-- Another.\n-- [of_others]\nnothing\n-- [of_test]\ntwo(:a),\n");
    assert_true(template_use_directory(scratch, &error));
    sql = template_render_vars(arena, "commit", vars, 1, &error);
    assert_string_equal(sql, "SELECT one(1),\ntwo(1),\n 1");
    remove_file(first);
    remove_file(second);
    remove_file("commit.sql");
    assert_null(render("SELECT :each_of_none", NULL, 0, &error));
    assert_fault(&error, "placeholder :each_of_none has no variable");
}

static void
test_template_directory(void **state)
{
    (void)state;
    Error error = ERROR_INIT;
    char file[128], folder[512];

    /* folders in it are as good */
    snprintf(folder, sizeof(folder), "%s/folder", scratch);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(file, sizeof(file), "folder/%s.sql", embedded_templates[0].name);
    write_file(file, "SELECT 'from a folder';\n");
    assert_true(template_use_directory(scratch, &error));
    assert_string_equal(template_text(embedded_templates[0].name), "SELECT 'from a folder';\n");
    remove_file(file);
    assert_int_equal(rmdir(folder), 0);

    write_file("unknown.sql", "SELECT 1;\n");
    assert_false(template_use_directory(scratch, &error));
    assert_non_null(error.hint);
    assert_fault(&error, "unknown.sql\" is not a template");
    remove_file("unknown.sql");

    snprintf(file, sizeof(file), "%s.sq", embedded_templates[0].name);
    write_file(file, "SELECT 1;\n");
    assert_false(template_use_directory(scratch, &error));
    assert_fault(&error, "is not a template");
    remove_file(file);

    assert_false(template_use_directory("/nonexistent", &error));
    assert_fault(&error, "could not open directory");

    assert_true(template_use_directory(scratch, &error));
    assert_string_not_equal(template_text(embedded_templates[0].name), "SELECT 1;\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_template_placeholders), cmocka_unit_test(test_template_faults),
        cmocka_unit_test(test_template_pairs),        cmocka_unit_test(test_template_parts),
        cmocka_unit_test(test_template_sections),     cmocka_unit_test(test_template_directory),
    };

    return cmocka_run_group_tests_name("template", tests, setup_directory, teardown_directory);
}
