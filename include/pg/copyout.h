/*
 * Takes a COPY … TO STDOUT (FORMAT binary) apart into rows and fields.
 *
 * Works on any split of the stream into messages.  Format: PostgreSQL manual, COPY, "Binary
 * Format": an 11-byte signature, flags, header extension; per row a 16-bit field count and per
 * field a 32-bit length (-1 is NULL) and the bytes; a field count of -1 ends the data.
 *
 *     CopyOut copy;
 *     copyout_init(&copy, my_row, my_context);
 *     await_copy(conn, sql, copyout_sink, &copy, error) && copyout_is_complete(&copy)
 *     copyout_clear(&copy);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

typedef struct CopyField
{
    const char *data; /* NULL for a null value */
    size_t length;
} CopyField;

/* A row; fields and everything they point to are valid during the call. */
typedef struct CopyRow
{
    int count;
    const CopyField *fields;
    const char *raw; /* length words and bytes of all fields */
} CopyRow;

typedef bool (*CopyRowSink)(void *context, const CopyRow *row, Error *error);

typedef struct CopyOut
{
    CopyRowSink on_row;
    void *context;
    Text pending;      /* bytes of an incomplete row */
    CopyField *fields; /* reused from row to row */
    int capacity;
    bool header_seen;
    bool trailer_seen;
    int64_t rows;
} CopyOut;

void copyout_init(CopyOut *copy, CopyRowSink on_row, void *context);

/* A CopySink: context is the CopyOut. */
bool copyout_sink(void *context, const char *data, size_t length, Error *error);

/* Encoded bytes (length words included) of fields first…last-1 of a row. */
void copyout_raw(const CopyRow *row, int first, int last, const char **data, size_t *length);

/* True if header and trailer were seen: the stream was whole. */
bool copyout_is_complete(const CopyOut *copy);

void copyout_clear(CopyOut *copy);
