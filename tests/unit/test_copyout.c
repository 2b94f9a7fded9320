/*
 * The binary COPY stream: every split into messages gives the same rows; a broken one is noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "pg/copyout.h"

/* ---- making streams ---- */

static void
put_int(Text *stream, int64_t value, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        text_append_char(stream, (char)(unsigned char)((uint64_t)value >> shift & 0xff));
}

static void
put_header(Text *stream, int64_t flags, int extension)
{
    text_append_n(stream, "PGCOPY\n\377\r\n", 11);
    put_int(stream, flags, 4);
    put_int(stream, extension, 4);
    for (int i = 0; i < extension; i++)
        text_append_char(stream, 'x');
}

static void
put_field(Text *stream, const char *data, size_t length)
{
    put_int(stream, (int64_t)length, 4);
    text_append_n(stream, data, length);
}

/* Three rows: (ab, NULL, ""), (), ("a\0b"), and the trailer. */
static void
put_example(Text *stream, int extension)
{
    put_header(stream, 0, extension);
    put_int(stream, 3, 2);
    put_field(stream, "ab", 2);
    put_int(stream, -1, 4);
    put_field(stream, "", 0);
    put_int(stream, 0, 2);
    put_int(stream, 1, 2);
    put_field(stream, "a\0b", 3);
    put_int(stream, -1, 2);
}

/* ---- taking them apart ---- */

/* Writes each row as text, "ab|NULL|;" */
static bool
write_row(void *context, const CopyRow *row, Error *error)
{
    Text *rows = context;
    const char *data;
    size_t length;

    (void)error;
    for (int i = 0; i < row->count; i++)
    {
        if (row->fields[i].data == NULL)
            text_append(rows, "NULL");
        for (size_t at = 0; at < row->fields[i].length; at++)
            text_append_char(rows, row->fields[i].data[at] != '\0' ? row->fields[i].data[at] : '0');
        text_append_char(rows, '|');
    }
    copyout_raw(row, 0, row->count, &data, &length);
    text_printf(rows, "%zu;", length);
    return true;
}

static const char expected[] = "ab|NULL||14;0;a0b|7;";

/* Feeds the stream in two pieces, or in pieces of one size. */
static void
check_split(const Text *stream, size_t first, size_t piece)
{
    Text rows = {0};
    Error error = ERROR_INIT;
    CopyOut copy;

    copyout_init(&copy, write_row, &rows);
    assert_true(copyout_sink(&copy, stream->data, first, &error));
    for (size_t at = first; at < stream->length; at += piece)
    {
        size_t rest = stream->length - at;
        assert_false(copyout_is_complete(&copy));
        assert_true(copyout_sink(&copy, stream->data + at, rest < piece ? rest : piece, &error));
    }
    assert_true(copyout_is_complete(&copy));
    assert_int_equal(copy.rows, 3);
    assert_string_equal(text_cstr(&rows), expected);
    copyout_clear(&copy);
    text_clear(&rows);
}

static void
test_every_split(void **state)
{
    (void)state;
    for (int extension = 0; extension <= 5; extension += 5)
    {
        Text stream = {0};

        put_example(&stream, extension);
        check_split(&stream, stream.length, 1);
        for (size_t first = 0; first < stream.length; first++)
            check_split(&stream, first, stream.length);
        for (size_t piece = 1; piece < stream.length; piece++)
            check_split(&stream, 0, piece);
        text_clear(&stream);
    }
}

static void
test_empty_table(void **state)
{
    Text stream = {0}, rows = {0};
    Error error = ERROR_INIT;
    CopyOut copy;

    (void)state;
    put_header(&stream, 0, 0);
    copyout_init(&copy, write_row, &rows);
    assert_false(copyout_is_complete(&copy));
    assert_true(copyout_sink(&copy, stream.data, stream.length, &error));
    assert_false(copyout_is_complete(&copy));
    assert_true(copyout_sink(&copy, "\377\377", 2, &error));
    assert_true(copyout_is_complete(&copy));
    assert_int_equal(copy.rows, 0);
    copyout_clear(&copy);
    text_clear(&stream);
    text_clear(&rows);
}

/* The stream must fail with this detail, in one piece and byte by byte. */
static void
check_malformed(const Text *stream, const char *detail)
{
    for (int one_by_one = 0; one_by_one <= 1; one_by_one++)
    {
        size_t piece = one_by_one ? 1 : stream->length;
        Text rows = {0};
        Error error = ERROR_INIT;
        CopyOut copy;
        bool good = true;

        copyout_init(&copy, write_row, &rows);
        for (size_t at = 0; good && at < stream->length; at += piece)
            good = copyout_sink(&copy, stream->data + at, piece, &error);
        assert_false(good);
        assert_int_equal(error.kind, ERROR_FAULT);
        assert_non_null(strstr(error.detail, detail));
        error_clear(&error);
        copyout_clear(&copy);
        text_clear(&rows);
    }
}

static void
test_malformed_header(void **state)
{
    Text stream = {0};

    (void)state;
    text_append(&stream, "1\tabc\n"); /* a text COPY */
    check_malformed(&stream, "signature");
    text_reset(&stream);
    put_header(&stream, INT64_C(1) << 16, 0);
    check_malformed(&stream, "flags");
    text_reset(&stream);
    put_header(&stream, 0, -5);
    check_malformed(&stream, "extension");
    text_clear(&stream);
}

static void
test_malformed_rows(void **state)
{
    Text stream = {0};

    (void)state;
    put_header(&stream, 0, 0);
    put_int(&stream, -2, 2);
    check_malformed(&stream, "number of fields");
    text_reset(&stream);
    put_header(&stream, 0, 0);
    put_int(&stream, 1, 2);
    put_int(&stream, -2, 4);
    check_malformed(&stream, "length of a field");
    text_reset(&stream);
    put_example(&stream, 0);
    text_append(&stream, "x");
    check_malformed(&stream, "behind the trailer");
    text_clear(&stream);
}

static bool
refuse_row(void *context, const CopyRow *row, Error *error)
{
    (void)context;
    return error_set(error, ERROR_PARITY, "no row of %d fields", row->count);
}

static void
test_sink_error(void **state)
{
    Text stream = {0};
    Error error = ERROR_INIT;
    CopyOut copy;

    (void)state;
    put_example(&stream, 0);
    copyout_init(&copy, refuse_row, NULL);
    assert_false(copyout_sink(&copy, stream.data, stream.length, &error));
    assert_int_equal(error.kind, ERROR_PARITY);
    assert_string_equal(error.message, "no row of 3 fields");
    assert_int_equal(copy.rows, 1);
    assert_false(copyout_is_complete(&copy));
    error_clear(&error);
    copyout_clear(&copy);
    text_clear(&stream);
}

/* Raw bytes of ranges of fields, checked on the first row of the example. */
static bool
check_raw(void *context, const CopyRow *row, Error *error)
{
    static const char null_field[] = {'\377', '\377', '\377', '\377'};
    const char *data;
    size_t length;

    (void)error;
    if (row->count != 3)
        return true;
    ++*(int *)context;
    copyout_raw(row, 0, 3, &data, &length);
    assert_ptr_equal(data, row->raw);
    copyout_raw(row, 0, 1, &data, &length);
    assert_int_equal(length, 6);
    assert_memory_equal(data, "\0\0\0\2ab", 6);
    copyout_raw(row, 1, 2, &data, &length);
    assert_int_equal(length, 4);
    assert_memory_equal(data, null_field, 4);
    copyout_raw(row, 1, 3, &data, &length);
    assert_int_equal(length, 8);
    copyout_raw(row, 2, 2, &data, &length);
    assert_int_equal(length, 0);
    return true;
}

static void
test_raw(void **state)
{
    Text stream = {0};
    Error error = ERROR_INIT;
    CopyOut copy;
    int checked = 0;

    (void)state;
    put_example(&stream, 0);
    copyout_init(&copy, check_raw, &checked);
    assert_true(copyout_sink(&copy, stream.data, stream.length, &error));
    assert_int_equal(checked, 1);
    copyout_clear(&copy);
    text_clear(&stream);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_split),      cmocka_unit_test(test_empty_table),
        cmocka_unit_test(test_malformed_header), cmocka_unit_test(test_malformed_rows),
        cmocka_unit_test(test_sink_error),       cmocka_unit_test(test_raw),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
