/*
 * Layer 0: errors, arena, text, clock, digest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

/* ---- error ---- */

static void
test_error_first_wins(void **state)
{
    Error error = ERROR_INIT;

    (void)state;
    assert_false(error_set(&error, ERROR_LOCK, "first %d", 1));
    assert_false(error_set(&error, ERROR_FAULT, "second"));
    assert_int_equal(error.kind, ERROR_LOCK);
    assert_string_equal(error.message, "first 1");
    error_clear(&error);
    assert_int_equal(error.kind, ERROR_NONE);
    assert_null(error.message);
}

static void
test_error_context_and_notes(void **state)
{
    Error error = ERROR_INIT;

    (void)state;
    assert_false(error_context(&error, "nothing to put it before"));
    assert_null(error.message);
    error_set(&error, ERROR_STATEMENT, "division by zero");
    assert_false(error_context(&error, "block %d", 7));
    assert_false(error_context(&error, "copying"));
    assert_string_equal(error.message, "copying: block 7: division by zero");
    assert_false(error_detail(&error, "a"));
    assert_false(error_detail(&error, "%s and b", error.detail));
    assert_string_equal(error.detail, "a and b");
    assert_false(error_hint(&error, "try %s", "again"));
    assert_string_equal(error.hint, "try again");
    error_clear(&error);
}

static void
test_error_empty_context(void **state)
{
    Error error = ERROR_INIT;

    (void)state;
    error_set(&error, ERROR_FAULT, "%s", "");
    assert_string_equal(error.message, "");
    error_detail(&error, "%s", "");
    assert_string_equal(error.detail, "");
    error_clear(&error);
}

static void
test_error_step_is_of_the_server(void **state)
{
    Error error = ERROR_INIT;

    (void)state;
    error_set(&error, ERROR_FAULT, "ours");
    assert_false(error_step(&error, "Copies a chunk (chunk_copy)"));
    assert_null(error.step);
    error_clear(&error);
    error_set(&error, ERROR_STATEMENT, "its");
    memcpy(error.sqlstate, "22003", 6);
    error_step(&error, "Copies a chunk (%s)", "chunk_copy");
    error_step(&error, "another");
    assert_string_equal(error.step, "Copies a chunk (chunk_copy)");
    error_clear(&error);
    assert_null(error.step);
}

/* What has no exit code of its own has one in the end. */
static void
test_error_that_may_pass(void **state)
{
    (void)state;
    for (int kind = ERROR_FAULT; kind <= ERROR_AGAIN; kind++)
    {
        Error error = {.kind = (ErrorKind)kind};
        bool passing = kind == ERROR_LOCK || kind == ERROR_AGAIN;

        assert_int_equal(error_is_passing(&error), passing);
        error_ends(&error);
        assert_int_equal(error.kind, kind == ERROR_AGAIN ? ERROR_LOCK : kind);
    }
}

static void
test_error_move(void **state)
{
    Error to = ERROR_INIT, from = ERROR_INIT;

    (void)state;
    error_set(&from, ERROR_STATEMENT, "one");
    strcpy(from.sqlstate, "23505");
    from.column = memory_strdup("id");
    error_move(&to, &from);
    assert_int_equal(from.kind, ERROR_NONE);
    assert_null(from.message);
    assert_true(error_is(&to, "23505"));
    assert_false(error_is(&to, "23514"));
    assert_false(error_is(&from, ""));
    error_set(&from, ERROR_FAULT, "two");
    error_move(&to, &from);
    assert_string_equal(to.message, "one");
    assert_string_equal(to.column, "id");
    assert_null(from.message);
    error_clear(&to);
}

/* ---- arena ---- */

static void
test_arena_alloc(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 16, 100, 4096, 4097, 16384, 1000000};
    Arena *arena = arena_new();

    (void)state;
    for (int round = 0; round < 50; round++)
    {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        {
            unsigned char *piece = arena_alloc(arena, sizes[i]);

            assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
            for (size_t at = 0; at < sizes[i]; at++)
                assert_int_equal(piece[at], 0);
            memset(piece, 0xff, sizes[i]); /* must not reach into another piece */
        }
    }
    arena_free(arena);
    arena_free(NULL);
}

static void
test_arena_text(void **state)
{
    Arena *arena = arena_new();
    char *text = arena_strdup(arena, "abc");
    char *large = arena_printf(arena, "%020000d", 7);

    (void)state;
    assert_string_equal(text, "abc");
    assert_string_equal(arena_strndup(arena, "abcdef", 2), "ab");
    assert_string_equal(arena_strndup(arena, "ab", 100), "ab");
    assert_string_equal(arena_printf(arena, "%s-%d", "x", 5), "x-5");
    assert_string_equal(arena_printf(arena, "%s", ""), "");
    assert_null(arena_strdup(arena, NULL));
    assert_int_equal(strlen(large), 20000);
    assert_string_equal(text, "abc");
    arena_free(arena);
}

/* ---- text ---- */

static void
test_text(void **state)
{
    Text text = {0};

    (void)state;
    assert_string_equal(text_cstr(&text), "");
    text_append_item(&text, "a");
    text_append_item(&text, "b");
    text_append_char(&text, '!');
    text_append_n(&text, "xyz", 2);
    text_printf(&text, "[%d]", 42);
    assert_string_equal(text_cstr(&text), "a, b!xy[42]");
    assert_int_equal(text.length, 11);
    text_reset(&text);
    assert_string_equal(text_cstr(&text), "");
    assert_true(text.capacity > 0);
    for (int i = 0; i < 10000; i++)
        text_append(&text, "0123456789");
    assert_int_equal(text.length, 100000);
    assert_int_equal(strlen(text.data), 100000);
    text_clear(&text);
    assert_null(text.data);
    text_append(&text, "again");
    assert_string_equal(text_cstr(&text), "again");
    text_clear(&text);
}

/* ---- clock ---- */

static void
test_duration_parse(void **state)
{
    static const struct
    {
        const char *text;
        int64_t milliseconds;
    } cases[] = {
        {"0", 0},           {"250", 250},    {"1500us", 2},     {"1400us", 1},    {"5ms", 5},
        {"2s", 2000},       {"1.5 s", 1500}, {".5s", 500},      {"3min", 180000}, {"1h", 3600000},
        {"2 d", 172800000}, {" 7 ms ", 7},   {"0.25h", 900000}, {"100.", 100},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    {
        Error error = ERROR_INIT;
        int64_t milliseconds = -1;

        assert_true(duration_parse(cases[i].text, &milliseconds, &error));
        assert_int_equal(milliseconds, cases[i].milliseconds);
    }
}

static void
test_duration_parse_errors(void **state)
{
    static const char *const wrong[] = {"",      " ",     "s",   "-1s", "+1",     "1 x", "1 S",
                                        "1mins", "1 s s", "0x1", "inf", "nan",    "1e3", "1,5s",
                                        "1s2",   ".",     ". s", "5m",  "1.2.3 s"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
    {
        Error error = ERROR_INIT;
        int64_t milliseconds = -1;

        assert_false(duration_parse(wrong[i], &milliseconds, &error));
        assert_int_equal(error.kind, ERROR_FAULT);
        assert_non_null(strstr(error.message, wrong[i]));
        assert_non_null(strstr(error.hint, "\"min\""));
        assert_int_equal(milliseconds, -1);
        error_clear(&error);
    }
}

static void
test_duration_parse_range(void **state)
{
    Error error = ERROR_INIT;
    int64_t milliseconds = -1;

    (void)state;
    assert_true(duration_parse("36500d", &milliseconds, &error));
    assert_int_equal(milliseconds, INT64_C(36500) * 86400000);
    assert_false(duration_parse("99999999999999999999999d", &milliseconds, &error));
    assert_non_null(strstr(error.message, "out of range"));
    error_clear(&error);
}

static void
test_duration_format(void **state)
{
    static const struct
    {
        int64_t milliseconds;
        const char *text;
    } cases[] = {
        {0, "0 ms"},
        {850, "850 ms"},
        {999, "999 ms"},
        {1000, "1.0 s"},
        {12345, "12.3 s"},
        {59949, "59.9 s"},
        {59950, "1 min 0 s"},
        {250000, "4 min 10 s"},
        {3599499, "59 min 59 s"},
        {3599500, "1 h 0 min"},
        {7500000, "2 h 5 min"},
        {86369999, "23 h 59 min"},
        {86370000, "1 d 0 h"},
        {INT64_C(3) * 86400000 + 4 * 3600000, "3 d 4 h"},
    };
    char buffer[CLOCK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(duration_format(buffer, cases[i].milliseconds), cases[i].text);
    assert_non_null(duration_format(buffer, INT64_MAX / 2));
}

static void
test_clock(void **state)
{
    char buffer[CLOCK_TEXT_SIZE];
    int64_t start = clock_us();
    int64_t start_ms = clock_ms();
    int year, month, day, hour, minute, second, thousandth;
    char zone;

    (void)state;
    assert_true(clock_us() >= start);
    assert_true(clock_ms() - start / 1000 < 60000);
    assert_true(clock_ms() >= start_ms);
    clock_rfc3339(buffer);
    assert_int_equal(strlen(buffer), 24);
    assert_int_equal(sscanf(buffer, "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c", &year, &month, &day, &hour,
                            &minute, &second, &thousandth, &zone),
                     8);
    assert_int_equal(zone, 'Z');
    assert_true(year >= 2024);
}

/* ---- digest ---- */

/* Values of the reference implementation, in the order of its printed form (high first). */
static void
test_digest_values(void **state)
{
    Digest empty = digest_bytes("", 0);

    (void)state;
    assert_int_equal(empty.high, UINT64_C(0x99aa06d3014798d8));
    assert_int_equal(empty.low, UINT64_C(0x6001c324468d497f));
    assert_true(digest_equal(digest_bytes("abc", 3), digest_bytes("abcd", 3)));
    assert_false(digest_equal(digest_bytes("abc", 3), digest_bytes("abd", 3)));
}

static void
test_digest_add(void **state)
{
    Digest a = {.low = UINT64_MAX, .high = 1}, b = {.low = 2, .high = UINT64_MAX};
    Digest sum = a, reverse = b;

    (void)state;
    digest_add(&sum, b);
    digest_add(&reverse, a);
    assert_int_equal(sum.low, 1);
    assert_int_equal(sum.high, 1); /* 1 + (2^64 - 1) + carry */
    assert_true(digest_equal(sum, reverse));
    assert_false(digest_equal(sum, (Digest){.low = 1, .high = 2}));
    assert_false(digest_equal(sum, (Digest){.low = 2, .high = 1}));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_first_wins),
        cmocka_unit_test(test_error_context_and_notes),
        cmocka_unit_test(test_error_empty_context),
        cmocka_unit_test(test_error_step_is_of_the_server),
        cmocka_unit_test(test_error_that_may_pass),
        cmocka_unit_test(test_error_move),
        cmocka_unit_test(test_arena_alloc),
        cmocka_unit_test(test_arena_text),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_duration_parse),
        cmocka_unit_test(test_duration_parse_errors),
        cmocka_unit_test(test_duration_parse_range),
        cmocka_unit_test(test_duration_format),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_digest_values),
        cmocka_unit_test(test_digest_add),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
