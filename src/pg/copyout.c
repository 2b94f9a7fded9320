/*
 * The binary COPY stream, taken apart.  A message usually holds whole rows and is read where it
 * lies; only the tail of an incomplete row is kept for the next message.
 */
#include "pg/copyout.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum
{
    SIGNATURE_SIZE = 11,
    HEADER_SIZE = SIGNATURE_SIZE + 4 + 4, /* flags, length of the extension */
    COUNT_SIZE = 2,
    LENGTH_SIZE = 4
};

static const char signature[SIGNATURE_SIZE] = "PGCOPY\n\377\r\n";

/* What reading one element came to. */
typedef enum Taken
{
    TAKEN,      /* *at was moved behind it */
    INCOMPLETE, /* more bytes are needed; *at is where it was */
    FAILED,     /* error is set */
} Taken;

void
copyout_init(CopyOut *copy, CopyRowSink on_row, void *context)
{
    *copy = (CopyOut){.on_row = on_row, .context = context};
}

void
copyout_clear(CopyOut *copy)
{
    text_clear(&copy->pending);
    free(copy->fields);
    *copy = (CopyOut){0};
}

bool
copyout_is_complete(const CopyOut *copy)
{
    return copy->header_seen && copy->trailer_seen && copy->pending.length == 0;
}

static uint32_t
read_uint32(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;

    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* As read_uint32(), for the lengths and counts, where only -1 and up is meant. */
static int32_t
read_int32(const char *at)
{
    return (int32_t)read_uint32(at);
}

static int
read_int16(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;

    return (int16_t)(uint16_t)(byte[0] << 8 | byte[1]);
}

static Taken
malformed(Error *error, const char *detail)
{
    error_set(error, ERROR_FAULT, "malformed binary COPY data");
    error_detail(error, "%s", detail);
    return FAILED;
}

static Taken
take_header(CopyOut *copy, const char **at, const char *end, Error *error)
{
    size_t size = (size_t)(end - *at);
    size_t compared = size < SIGNATURE_SIZE ? size : SIGNATURE_SIZE;
    int32_t extension;

    if (memcmp(*at, signature, compared) != 0)
        return malformed(error, "The signature is not that of a binary COPY.");
    if (size < HEADER_SIZE)
        return INCOMPLETE;
    if ((read_uint32(*at + SIGNATURE_SIZE) >> 16) != 0) /* the critical half of the flags */
        return malformed(error, "The header has flags that are not known.");
    extension = read_int32(*at + SIGNATURE_SIZE + 4);
    if (extension < 0)
        return malformed(error, "The length of the header's extension is negative.");
    if (size - HEADER_SIZE < (size_t)extension)
        return INCOMPLETE;
    *at += HEADER_SIZE + extension;
    copy->header_seen = true;
    return TAKEN;
}

static void
reserve_fields(CopyOut *copy, int count)
{
    if (count <= copy->capacity)
        return;
    copy->fields = memory_resize(copy->fields, (size_t)count, sizeof(CopyField));
    copy->capacity = count;
}

/* Reads count fields from *at on into copy->fields. */
static Taken
take_fields(CopyOut *copy, int count, const char **at, const char *end, Error *error)
{
    const char *next = *at;

    reserve_fields(copy, count);
    for (int i = 0; i < count; i++)
    {
        int32_t length;

        if (end - next < LENGTH_SIZE)
            return INCOMPLETE;
        length = read_int32(next);
        next += LENGTH_SIZE;
        if (length < -1)
            return malformed(error, "The length of a field is negative.");
        copy->fields[i] = (CopyField){NULL, 0};
        if (length == -1)
            continue;
        if (end - next < length)
            return INCOMPLETE;
        copy->fields[i] = (CopyField){next, (size_t)length};
        next += length;
    }
    *at = next;
    return TAKEN;
}

static Taken
take_row(CopyOut *copy, const char **at, const char *end, Error *error)
{
    const char *first, *next;
    CopyRow row;
    Taken taken;

    if (copy->trailer_seen)
        return malformed(error, "There are data behind the trailer.");
    if (end - *at < COUNT_SIZE)
        return INCOMPLETE;
    row.count = read_int16(*at);
    first = next = *at + COUNT_SIZE;
    if (row.count < -1)
        return malformed(error, "The number of fields is negative.");
    if (row.count == -1)
    {
        copy->trailer_seen = true;
        *at = first;
        return TAKEN;
    }
    taken = take_fields(copy, row.count, &next, end, error);
    if (taken != TAKEN)
        return taken;
    row.fields = copy->fields;
    row.raw = first;
    copy->rows++;
    *at = next;
    return copy->on_row(copy->context, &row, error) ? TAKEN : FAILED;
}

/* Takes all whole elements from *at on.  False if one failed. */
static bool
take_all_fields(CopyOut *copy, const char **at, const char *end, Error *error)
{
    Taken taken = TAKEN;

    while (taken == TAKEN && *at < end)
        taken =
            copy->header_seen ? take_row(copy, at, end, error) : take_header(copy, at, end, error);
    return taken != FAILED;
}

bool
copyout_sink(void *context, const char *data, size_t length, Error *error)
{
    CopyOut *copy = context;
    const char *at = data;
    size_t rest;

    if (copy->pending.length == 0)
    {
        if (!take_all_fields(copy, &at, data + length, error))
            return false;
        rest = length - (size_t)(at - data);
        if (rest > 0)
            text_append_n(&copy->pending, at, rest);
        return true;
    }
    text_append_n(&copy->pending, data, length);
    at = copy->pending.data;
    if (!take_all_fields(copy, &at, copy->pending.data + copy->pending.length, error))
        return false;
    rest = copy->pending.length - (size_t)(at - copy->pending.data);
    memmove(copy->pending.data, at, rest);
    copy->pending.length = rest;
    return true;
}

void
copyout_raw(const CopyRow *row, int first, int last, const char **data, size_t *length)
{
    const char *at = row->raw;

    for (int i = 0; i < first; i++)
        at += LENGTH_SIZE + row->fields[i].length;
    *data = at;
    for (int i = first; i < last; i++)
        at += LENGTH_SIZE + row->fields[i].length;
    *length = (size_t)(at - *data);
}
