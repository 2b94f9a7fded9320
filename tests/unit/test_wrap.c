/*
 * Where lines are broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/wrap.h"

static void
assert_wrapped(const char *text, int columns, int used, int indent, const char *expected)
{
    Text out = {0};

    wrap_append(&out, text, columns, used, indent);
    assert_string_equal(text_cstr(&out), expected);
    text_clear(&out);
}

static void
test_breaks_at_blanks(void **state)
{
    (void)state;
    assert_wrapped("one two three", 8, 0, 0, "one two\nthree");
    assert_wrapped("one two three", 7, 0, 0, "one two\nthree");
    assert_wrapped("one two three", 6, 0, 0, "one\ntwo\nthree");
    assert_wrapped("one two three", 13, 0, 0, "one two three");
    assert_wrapped("one two three", 12, 0, 0, "one two\nthree");
    assert_wrapped("", 10, 0, 0, "");
}

static void
test_used_and_indent(void **state)
{
    (void)state;
    assert_wrapped("one two three", 14, 8, 4, "one\n    two three");
    assert_wrapped("  name   value of it", 14, 0, 9, "  name   value\n         of it");
    assert_wrapped("one two", 2, 0, 4, "one two"); /* a break would win nothing */
}

/* Lines of the text's own stay lines; blanks inside a line stay as they are. */
static void
test_own_lines(void **state)
{
    (void)state;
    assert_wrapped("one  two\nthree four\n", 10, 6, 2, "one\n  two\nthree four\n");
    assert_wrapped("a\n  b", 80, 0, 4, "a\n  b");
}

static void
test_long_words(void **state)
{
    (void)state;
    assert_wrapped("see pgswap_17_green.measurements now", 12, 0, 2,
                   "see\n  pgswap_17_green.measurements\n  now");
    assert_wrapped("pgswap_17_green.measurements", 12, 0, 2, "pgswap_17_green.measurements");
}

static void
test_not_for_a_terminal(void **state)
{
    (void)state;
    assert_wrapped("one two three four five", 0, 40, 4, "one two three four five");
}

/* A character of several bytes takes one column. */
static void
test_utf8(void **state)
{
    (void)state;
    assert_int_equal(wrap_width("größe", strlen("größe")), 5);
    assert_wrapped("größe größe", 11, 0, 0, "größe größe");
    assert_wrapped("größe größe", 10, 0, 0, "größe\ngröße");
}

static void
test_columns(void **state)
{
    struct winsize size = {.ws_row = 24, .ws_col = 120};
    int master = posix_openpt(O_RDWR | O_NOCTTY), pipes[2];

    (void)state;
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    assert_int_equal(wrap_columns(master), 120);
    size.ws_col = 0;
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    assert_int_equal(wrap_columns(master), 80);
    close(master);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(wrap_columns(pipes[1]), 0);
    close(pipes[0]);
    close(pipes[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breaks_at_blanks),
        cmocka_unit_test(test_used_and_indent),
        cmocka_unit_test(test_own_lines),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_not_for_a_terminal),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_columns),
    };

    return cmocka_run_group_tests_name("wrap", tests, NULL, NULL);
}
