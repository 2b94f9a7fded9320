/*
 * What is embedded is what stands in templates/, byte for byte, for every file there.  Runs in the
 * top directory of the source tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "sql/embedded.h"
#include "sql/template.h"

static char *
read_whole(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);

    long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);

    char *content = malloc((size_t)size + 1);
    assert_non_null(content);
    *length = fread(content, 1, (size_t)size, file);
    assert_int_equal(*length, size);
    fclose(file);
    return content;
}

/* The one file of that name, in whatever folder. */
static void
find_file(char *path, size_t size, const char *name)
{
    char pattern[256];
    glob_t files;

    snprintf(pattern, sizeof(pattern), "templates/*/%s.sql", name);
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    assert_int_equal(files.gl_pathc, 1);
    snprintf(path, size, "%s", files.gl_pathv[0]);
    globfree(&files);
}

static void
test_embedded_equals_file(void **state)
{
    (void)state;
    int count = 0;

    for (const char *name; (name = embedded_templates[count].name) != NULL; count++)
    {
        char path[256];
        size_t length;

        find_file(path, sizeof(path), name);
        char *content = read_whole(path, &length);
        assert_int_equal(length, strlen(template_text(name)));
        assert_memory_equal(content, template_text(name), length);
        free(content);
    }
    assert_true(count > 0);
}

static void
test_every_file_is_embedded_in_order(void **state)
{
    (void)state;
    glob_t files;

    assert_int_equal(glob("templates/*/*.sql", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
    {
        char path[256];
        const char *name = embedded_templates[i].name;

        assert_non_null(name);
        if (i > 0)
            assert_true(strcmp(embedded_templates[i - 1].name, name) < 0);
        find_file(path, sizeof(path), name);
    }
    assert_null(embedded_templates[files.gl_pathc].name);
    globfree(&files);
}

/* It is what an error tells of the statement, on a line. */
static void
test_every_template_says_what_it_does(void **state)
{
    Arena *arena = arena_new();

    (void)state;
    for (int i = 0; embedded_templates[i].name != NULL; i++)
    {
        const char *purpose = template_purpose(arena, embedded_templates[i].name);

        assert_in_range(strlen(purpose), 4, 200);
        assert_null(strstr(purpose, "Lock:"));
        assert_int_not_equal(purpose[strlen(purpose) - 1], '.');
    }
    assert_string_equal(template_purpose(arena, "no such"), "");
    arena_free(arena);
}

/* A state is read where all its tables are what they seem: one that is left out of the look, or of
 * the lock, could be made something else by whoever may. */
static void
test_every_table_of_the_state_is_looked_at(void **state)
{
    static const char create[] = "CREATE TABLE :state.";
    Arena *arena = arena_new();
    const char *looked = template_text("states"), *locked = template_text("state_lock");
    int count = 0;

    (void)state;
    for (const char *at = template_text("state_install"); (at = strstr(at, create)) != NULL;
         count++)
    {
        at += strlen(create);

        const char *name = arena_strndup(arena, at, strcspn(at, " "));

        if (strstr(looked, arena_printf(arena, "'%s'", name)) == NULL ||
            strstr(locked, arena_printf(arena, ":state.%s", name)) == NULL)
            fail_msg("table %s is not looked at", name);
    }
    assert_non_null(strstr(looked, arena_printf(arena, "s.tables = %d AS", count)));
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_embedded_equals_file),
        cmocka_unit_test(test_every_file_is_embedded_in_order),
        cmocka_unit_test(test_every_template_says_what_it_does),
        cmocka_unit_test(test_every_table_of_the_state_is_looked_at),
    };

    return cmocka_run_group_tests_name("templates", tests, NULL, NULL);
}
