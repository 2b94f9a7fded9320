/*
 * Both sides as they come by COPY, made here: buckets of sums find that something differs, and the
 * second reading which keys do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/journal.h"
#include "tool/compare.h"

/* ---- streams ---- */

static void
put_int(Text *stream, int64_t value, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        text_append_char(stream, (char)(unsigned char)((uint64_t)value >> shift & 0xff));
}

/* NULL is a null value. */
static void
put_field(Text *stream, const char *value)
{
    put_int(stream, value != NULL ? (int64_t)strlen(value) : -1, 4);
    if (value != NULL)
        text_append(stream, value);
}

/* ---- tables of (id, note), of which the key is id ---- */

typedef struct Row
{
    int id;
    const char *note;
} Row;

typedef struct Tables
{
    Compare *compare;
    Row rows[2][1000];
    int count[2];
    int readings;
    bool breaks; /* the stream of standby ends early */
} Tables;

static void
put_row(Text *stream, const Row *row, bool narrowing)
{
    char id[20], key[24];

    snprintf(id, sizeof(id), "%d", row->id);
    snprintf(key, sizeof(key), "(%d)", row->id);
    put_int(stream, narrowing ? 3 : 2, 2);
    if (narrowing)
        put_field(stream, key);
    put_field(stream, id);
    put_field(stream, row->note);
}

/* The rows in a physical order of their own, in pieces as they may come over the network. */
static bool
read_side(Tables *tables, ParitySide side, Error *error)
{
    int count = tables->count[side], first = count > 0 ? (int)(random() % count) : 0;
    Text stream = {0};
    CompareReader reader;
    bool ok = true;

    text_append_n(&stream, "PGCOPY\n\377\r\n", 11);
    put_int(&stream, 0, 8);
    for (int i = 0; i < count; i++)
        put_row(&stream, &tables->rows[side][(first + i) % count], tables->compare->narrowing);
    if (!tables->breaks || side == PARITY_LIVE)
        put_int(&stream, -1, 2);
    compare_reader_init(&reader, tables->compare, side);
    for (size_t at = 0; ok && at < stream.length; at += 100)
        ok = compare_sink(&reader, stream.data + at,
                          stream.length - at < 100 ? stream.length - at : 100, error);
    text_clear(&stream);
    return compare_reader_end(&reader, error) && ok;
}

static bool
read_both(void *data, Error *error)
{
    Tables *tables = data;

    tables->readings++;
    return read_side(tables, PARITY_LIVE, error) && read_side(tables, PARITY_STANDBY, error);
}

/* ---- tests ---- */

static Arena *arena;
static Tables *tables;
static Error error;

static int
setup(void **state)
{
    Migration *migration;
    Pair *pair;

    (void)state;
    arena = arena_new();
    error = ERROR_INIT;
    migration = arena_alloc(arena, sizeof(*migration));
    migration->live_is_blue = true;
    pair = arena_alloc(arena, sizeof(*pair));
    pair->migration = migration;
    pair->live = arena_strdup(arena, "\"app\".\"t\"");
    pair->standby = arena_strdup(arena, "\"pgswap_7_green\".\"t\"");
    pair->has_mapping = true;
    pair->mapping.key_count = pair->mapping.column_count = 1;
    pair->mapping.keys = arena_alloc(arena, sizeof(MapKey));
    pair->mapping.keys->live = pair->mapping.keys->standby = arena_strdup(arena, "id");
    pair->mapping.keys->expression = pair->mapping.keys->live;
    pair->mapping.columns = arena_alloc(arena, sizeof(MapColumn));
    pair->mapping.columns->name = pair->mapping.keys->live;
    tables = arena_alloc(arena, sizeof(*tables));
    tables->compare = compare_new(arena, pair, false, 16);
    for (int i = 0; i < 500; i++)
        tables->rows[PARITY_LIVE][i] = tables->rows[PARITY_STANDBY][i] =
            (Row){i, i % 7 == 0   ? NULL
                     : i % 3 == 0 ? ""
                                  : "note"};
    tables->count[PARITY_LIVE] = tables->count[PARITY_STANDBY] = 500;
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    compare_clear(tables->compare);
    error_clear(&error);
    arena_free(arena);
    return 0;
}

static void
compare(void)
{
    if (!compare_run(tables->compare, read_both, tables, &error))
        fail_msg("%s", error.message);
}

static void
add(ParitySide side, Row row)
{
    tables->rows[side][tables->count[side]++] = row;
}

static void
assert_differs(const char *key)
{
    char line[64];

    snprintf(line, sizeof(line), "key (%s) ", key);
    if (strstr(text_cstr(&tables->compare->report), line) == NULL)
        fail_msg("key %s is not told: %s", key, text_cstr(&tables->compare->report));
}

static void
equal_tables_are_read_once(void **state)
{
    (void)state;
    compare();
    assert_int_equal(tables->readings, 1);
    assert_int_equal(tables->compare->different, 0);
    assert_int_equal(tables->compare->rows[PARITY_LIVE], 500);
    assert_int_equal(tables->compare->rows[PARITY_STANDBY], 500);
    assert_true(compare_require_equal(tables->compare, &error));
}

static void
the_differing_keys_are_named(void **state)
{
    (void)state;
    tables->rows[PARITY_STANDBY][10].note = "other";
    tables->rows[PARITY_STANDBY][21].note = "";      /* was NULL */
    tables->rows[PARITY_STANDBY][3].note = NULL;     /* was "" */
    tables->rows[PARITY_STANDBY][400].id = 1400;     /* one is missing, another too many */
    add(PARITY_LIVE, tables->rows[PARITY_LIVE][33]); /* twice */
    compare();
    assert_int_equal(tables->readings, 2);
    assert_int_equal(tables->compare->different, 6);
    assert_differs("10");
    assert_differs("21");
    assert_differs("3");
    assert_differs("400");
    assert_differs("1400");
    assert_differs("33");
    assert_false(compare_require_equal(tables->compare, &error));
    assert_int_equal(error.kind, ERROR_PARITY);
    assert_non_null(strstr(error.message, " 6 of 501 rows"));
}

/* Some rows are lost and as many are there twice. */
static void
as_many_rows_are_not_the_same_rows(void **state)
{
    (void)state;
    for (int i = 0; i < 16 * 3; i++)
        tables->rows[PARITY_STANDBY][i] = tables->rows[PARITY_STANDBY][i + 100];
    compare();
    assert_int_equal(tables->compare->rows[PARITY_LIVE], tables->compare->rows[PARITY_STANDBY]);
    assert_int_equal(tables->compare->different, 2 * 16 * 3);
    assert_non_null(strstr(text_cstr(&tables->compare->report), "and 76 more"));
}

/* Values that change places between two rows, or between fields, leave a plain sum as it was. */
static void
exchanged_values_are_seen(void **state)
{
    (void)state;
    tables->rows[PARITY_LIVE][100].note = tables->rows[PARITY_STANDBY][200].note = "x";
    tables->rows[PARITY_LIVE][200].note = tables->rows[PARITY_STANDBY][100].note = "y";
    compare();
    assert_int_equal(tables->compare->different, 2);
    assert_differs("100");
    assert_differs("200");
}

static void
an_empty_side_differs_in_every_row(void **state)
{
    (void)state;
    tables->count[PARITY_STANDBY] = 0;
    compare();
    assert_int_equal(tables->compare->different, 500);
}

static void
two_empty_tables_are_equal(void **state)
{
    (void)state;
    tables->count[PARITY_LIVE] = tables->count[PARITY_STANDBY] = 0;
    compare();
    assert_int_equal(tables->compare->different, 0);
}

/* Rows that did not all arrive are an error, whatever came of them. */
static void
a_broken_stream_is_an_error(void **state)
{
    (void)state;
    tables->breaks = true;
    assert_false(compare_run(tables->compare, read_both, tables, &error));
    assert_int_equal(error.kind, ERROR_FAULT);
}

/* Damage of chance: as many keys differ as were damaged, each of them is told, and no other. */
static void
random_damage(void **state)
{
    (void)state;
    for (int round = 0; round < 40; round++)
    {
        bool damaged[500] = {false};
        int count = (int)(random() % 20);

        for (int i = 0; i < count; i++)
        {
            int victim = (int)(random() % 500);

            damaged[victim] = true;
            tables->rows[PARITY_STANDBY][victim].note = "damaged";
        }
        count = 0;
        for (int i = 0; i < 500; i++)
            count += damaged[i];
        compare();
        assert_int_equal(tables->compare->different, count);
        for (int i = 0; i < 500; i++)
        {
            char line[32];

            snprintf(line, sizeof(line), "key (%d) differs", i);
            assert_int_equal(strstr(text_cstr(&tables->compare->report), line) != NULL, damaged[i]);
        }
        teardown(state);
        setup(state);
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_tables_are_read_once),         TEST(the_differing_keys_are_named),
        TEST(as_many_rows_are_not_the_same_rows), TEST(exchanged_values_are_seen),
        TEST(an_empty_side_differs_in_every_row), TEST(two_empty_tables_are_equal),
        TEST(a_broken_stream_is_an_error),        TEST(random_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
