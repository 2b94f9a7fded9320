/*
 * Comparing rows of live, through the mapping, with rows of standby, as both arrive by COPY in any
 * order: sums of digests first, and where they differ the keys in a second reading.
 *
 * A row's digest is XXH3-128 over its fields as binary COPY encodes them (length words and NULL
 * markers included); it is added, with a count, to the bucket that the digest of its key selects.
 * What is read is the caller's business: a whole pair in one snapshot (phase/parity), or the keys
 * of a round that was applied (tool/proof).
 *
 *     Compare *compare = compare_new(arena, pair, 65536);
 *     ok = compare_run(compare, read_both_sides, my_context, error);
 *     compare_clear(compare);
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "model/journal.h"
#include "pg/copyout.h"
#include "tool/narrow.h"

typedef struct Bucket
{
    Digest sum;
    int64_t rows;
} Bucket;

typedef struct Compare
{
    Arena *arena;
    const Pair *pair;
    bool agreed;
    int bucket_count;
    Bucket *buckets[2]; /* by side; 24 bytes each */
    bool narrowing;     /* the second reading */
    Narrow narrow;
    int64_t rows[2];   /* that the first reading saw */
    int64_t different; /* keys that differ; at least, if the narrow is incomplete */
    Text report;       /* some of them, a line each */
} Compare;

/* agreed: in the form on which both ways agree, once green has been live.  Lies in the arena, but
 * for what compare_clear() frees. */
Compare *compare_new(Arena *arena, const Pair *pair, bool agreed, int bucket_count);
void compare_clear(Compare *compare);

/* Reads both sides once, feeding each COPY of compare_fields() to a CompareReader. */
typedef bool (*CompareRead)(void *context, Error *error);

/* Reads once, and once more if something differs.  True unless reading failed; compare->different
 * tells the outcome. */
bool compare_run(Compare *compare, CompareRead read, void *context, Error *error) ERROR_MUST_CHECK;

/* ERROR_PARITY with the keys if something differs, else true. */
bool compare_require_equal(const Compare *compare, Error *error) ERROR_MUST_CHECK;

/* What the COPY of a side has to select in this reading. */
const char *compare_fields(const Compare *compare, Arena *arena, ParitySide side);

/* One COPY under way. */
typedef struct CompareReader
{
    Compare *compare;
    ParitySide side;
    CopyOut copy;
} CompareReader;

void compare_reader_init(CompareReader *reader, Compare *compare, ParitySide side);

/* A CopySink; context is the reader. */
bool compare_sink(void *context, const char *data, size_t length, Error *error);

/* Whether the COPY arrived whole; ends the reader. */
bool compare_reader_end(CompareReader *reader, Error *error) ERROR_MUST_CHECK;
