/*
 * Pairs rows of both sides by the digest of their key.
 */
#include "tool/narrow.h"

#include <stdlib.h>
#include <string.h>

void
narrow_add(Narrow *narrow, ParitySide side, Digest key, Digest row, const char *text, size_t length)
{
    NarrowRow *added;

    if (narrow->bytes + (int64_t)(sizeof(NarrowRow) + length) > NARROW_BYTES)
    {
        narrow->incomplete = true;
        return;
    }
    if (narrow->count == narrow->capacity)
    {
        narrow->capacity = narrow->capacity > 0 ? narrow->capacity * 2 : 64;
        narrow->rows = realloc(narrow->rows, sizeof(NarrowRow) * (size_t)narrow->capacity);
        if (narrow->rows == NULL)
            abort();
    }
    added = &narrow->rows[narrow->count++];
    *added = (NarrowRow){.key = key, .row = row, .side = side, .text = malloc(length + 1)};
    if (added->text == NULL)
        abort();
    memcpy(added->text, text, length);
    added->text[length] = '\0';
    narrow->bytes += (int64_t)(sizeof(NarrowRow) + length);
}

static int
by_key_and_side(const void *a, const void *b)
{
    const NarrowRow *x = a, *y = b;

    if (x->key.high != y->key.high)
        return x->key.high < y->key.high ? -1 : 1;
    if (x->key.low != y->key.low)
        return x->key.low < y->key.low ? -1 : 1;
    return (int)x->side - (int)y->side;
}

/* What is wrong with the rows of one key, or NULL. */
static const char *
verdict(const NarrowRow *rows, int64_t count)
{
    if (count == 1)
        return rows[0].side == PARITY_LIVE ? "is missing in the other table"
                                           : "is in the other table only";
    if (count > 2 || rows[0].side == rows[1].side)
        return "is there more than once";
    return digest_equal(rows[0].row, rows[1].row) ? NULL : "differs";
}

int64_t
narrow_report(Narrow *narrow, Text *report)
{
    int64_t different = 0;

    if (narrow->count > 0)
        qsort(narrow->rows, (size_t)narrow->count, sizeof(NarrowRow), by_key_and_side);
    for (int64_t first = 0, end; first < narrow->count; first = end)
    {
        const char *what;

        for (end = first + 1;
             end < narrow->count && digest_equal(narrow->rows[end].key, narrow->rows[first].key);
             end++)
            ;
        what = verdict(&narrow->rows[first], end - first);
        if (what == NULL)
            continue;
        if (different == 0)
            narrow->first = narrow->rows[first].text;
        if (different++ < NARROW_SHOWN)
            text_printf(report, "%skey %s %s", report->length > 0 ? "\n" : "",
                        narrow->rows[first].text, what);
    }
    return different;
}

void
narrow_clear(Narrow *narrow)
{
    for (int64_t i = 0; i < narrow->count; i++)
        free(narrow->rows[i].text);
    free(narrow->rows);
    *narrow = (Narrow){0};
}
