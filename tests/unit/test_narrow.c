/*
 * Which keys differ, and what is said of each: rows of both sides in any order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/narrow.h"

/* The key (n), and a row of it in one of its versions. */
static void
add(Narrow *narrow, ParitySide side, int n, int version)
{
    char text[32];
    int length = snprintf(text, sizeof(text), "(%d)", n);
    Digest key = digest_bytes(text, (size_t)length);
    Digest row = key;

    digest_add(&row, (Digest){.low = (uint64_t)version, .high = 0});
    strcat(text, "behind"); /* the text ends at its length */
    narrow_add(narrow, side, key, row, text, (size_t)length);
}

static void
assert_reported(Narrow *narrow, int64_t count, const char *expected)
{
    Text report = {0};

    assert_int_equal(narrow_report(narrow, &report), count);
    assert_string_equal(text_cstr(&report), expected);
    text_clear(&report);
}

static void
nothing_differs(void **state)
{
    Narrow narrow = {0};

    (void)state;
    assert_reported(&narrow, 0, "");
    for (int n = 0; n < 100; n++)
        add(&narrow, PARITY_LIVE, n, n);
    for (int n = 99; n >= 0; n--)
        add(&narrow, PARITY_STANDBY, n, n);
    assert_reported(&narrow, 0, "");
    assert_null(narrow.first);
    narrow_clear(&narrow);
}

static bool
says(const Text *report, const char *key)
{
    return strstr(text_cstr(report), key) != NULL;
}

/* Each kind of difference by itself; the words for each are different. */
static void
each_kind_has_its_words(void **state)
{
    Text reports[4] = {{0}};

    (void)state;
    for (int kind = 0; kind < 4; kind++)
    {
        Narrow narrow = {0};

        add(&narrow, PARITY_LIVE, 1, 0);
        add(&narrow, PARITY_STANDBY, 1, 0);
        if (kind != 1)
            add(&narrow, PARITY_LIVE, 2, 0);
        if (kind != 0)
            add(&narrow, PARITY_STANDBY, 2, kind == 2);
        if (kind == 3)
            add(&narrow, PARITY_STANDBY, 2, 0);
        assert_int_equal(narrow_report(&narrow, &reports[kind]), 1);
        assert_true(says(&reports[kind], "key (2) "));
        assert_false(says(&reports[kind], "(1)"));
        assert_string_equal(narrow.first, "(2)");
        for (int other = 0; other < kind; other++)
            assert_string_not_equal(text_cstr(&reports[kind]), text_cstr(&reports[other]));
        narrow_clear(&narrow);
    }
    assert_true(says(&reports[0], "missing"));
    assert_true(says(&reports[1], "only"));
    assert_true(says(&reports[2], "differs"));
    assert_true(says(&reports[3], "more than once"));
    for (int kind = 0; kind < 4; kind++)
        text_clear(&reports[kind]);
}

/* Twice on one side is a difference even where both rows are equal. */
static void
twice_on_one_side(void **state)
{
    Narrow narrow = {0};
    Text report = {0};

    (void)state;
    add(&narrow, PARITY_STANDBY, 5, 0);
    add(&narrow, PARITY_STANDBY, 5, 0);
    assert_int_equal(narrow_report(&narrow, &report), 1);
    assert_true(says(&report, "key (5) is there more than once"));
    narrow_clear(&narrow);
    text_clear(&report);
}

/* What is told of a key is told by counting its rows, not by sorting them. */
typedef struct Rows
{
    int live;
    int standby;
    bool equal; /* if there is one of each */
} Rows;

enum
{
    KEYS = 300,
    ROUNDS = 60
};

static bool
differs(const Rows *rows)
{
    return rows->live + rows->standby > 0 &&
           !(rows->live == 1 && rows->standby == 1 && rows->equal);
}

static void
make_rows(Rows *rows)
{
    int kind = (int)(random() % 40);

    *rows = (Rows){1, 1, true};
    if (kind == 0)
        rows->live = 0;
    else if (kind == 1)
        rows->standby = 0;
    else if (kind == 2)
        rows->equal = false;
    else if (kind == 3)
        rows->live = 2;
    else if (kind == 4)
        rows->standby = 3;
    else if (kind == 5)
        rows->live = rows->standby = 0;
}

/* In an order of chance: each key's next row while it has one. */
static void
add_rows(Narrow *narrow, const Rows *model)
{
    Rows left[KEYS];
    int rest = 0;

    memcpy(left, model, sizeof(left));
    for (int n = 0; n < KEYS; n++)
        rest += left[n].live + left[n].standby;
    while (rest > 0)
    {
        int n = (int)(random() % KEYS);
        bool live = left[n].live > 0 && (left[n].standby == 0 || random() % 2 == 0);

        if (left[n].live + left[n].standby == 0)
            continue;
        add(narrow, live ? PARITY_LIVE : PARITY_STANDBY, n, live || model[n].equal ? 0 : 1);
        *(live ? &left[n].live : &left[n].standby) -= 1;
        rest--;
    }
}

static int
count_lines(const Text *report)
{
    int lines = report->length > 0 ? 1 : 0;

    for (size_t i = 0; i < report->length; i++)
        lines += report->data[i] == '\n';
    return lines;
}

static void
exactly_the_differing_keys(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++)
    {
        Narrow narrow = {0};
        Text report = {0};
        Rows model[KEYS];
        int different = 0, shown = 0;

        for (int n = 0; n < KEYS; n++)
            make_rows(&model[n]);
        add_rows(&narrow, model);
        for (int n = 0; n < KEYS; n++)
            different += differs(&model[n]);
        assert_int_equal(narrow_report(&narrow, &report), different);
        for (int n = 0; n < KEYS; n++)
        {
            char key[32];

            snprintf(key, sizeof(key), "key (%d) ", n);
            assert_false(says(&report, key) && !differs(&model[n]));
            shown += says(&report, key);
        }
        assert_int_equal(shown, different < NARROW_SHOWN ? different : NARROW_SHOWN);
        assert_int_equal(count_lines(&report), shown);
        text_clear(&report);
        narrow_clear(&narrow);
    }
}

/* All of a digest tells keys apart: either half of these is the same for several. */
static void
keys_with_half_a_digest_in_common(void **state)
{
    Narrow narrow = {0};

    (void)state;
    for (int side = PARITY_LIVE; side <= PARITY_STANDBY; side++)
        for (uint64_t n = 0; n < 100; n++)
            narrow_add(&narrow, side == PARITY_LIVE ? PARITY_LIVE : PARITY_STANDBY,
                       (Digest){.low = n / 10, .high = n % 10}, (Digest){.low = n}, "", 0);
    assert_reported(&narrow, 0, "");
    narrow_clear(&narrow);
}

/* Past the limit nothing more is kept, and it is known that the count is a lower bound. */
static void
memory_is_bounded(void **state)
{
    char *text = calloc(1, 1024 * 1024);
    Narrow narrow = {0};
    Text report = {0};

    (void)state;
    assert_non_null(text);
    memset(text, 'k', 1024 * 1024 - 1);
    for (uint64_t n = 0; n < 40; n++)
        narrow_add(&narrow, PARITY_LIVE, (Digest){.low = n}, (Digest){0}, text, 1024 * 1024 - 1);
    assert_true(narrow.incomplete);
    assert_true(narrow.bytes <= NARROW_BYTES);
    assert_int_equal(narrow.count, 15);
    assert_int_equal(narrow_report(&narrow, &report), 15);
    text_clear(&report);
    narrow_clear(&narrow);
    assert_false(narrow.incomplete);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_differs),
        cmocka_unit_test(each_kind_has_its_words),
        cmocka_unit_test(twice_on_one_side),
        cmocka_unit_test(exactly_the_differing_keys),
        cmocka_unit_test(keys_with_half_a_digest_in_common),
        cmocka_unit_test(memory_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
