/*
 * Buckets of sums, and the keys behind those that differ.
 */
#include "tool/compare.h"

#include <inttypes.h>

#include "model/pair.h"

Compare *
compare_new(Arena *arena, const Pair *pair, bool agreed, int bucket_count)
{
    Compare *compare = arena_alloc(arena, sizeof(*compare));

    compare->arena = arena;
    compare->pair = pair;
    compare->agreed = agreed;
    compare->bucket_count = bucket_count;
    for (int side = PARITY_LIVE; side <= PARITY_STANDBY; side++)
        compare->buckets[side] = arena_alloc(arena, sizeof(Bucket) * (size_t)bucket_count);
    return compare;
}

void
compare_clear(Compare *compare)
{
    narrow_clear(&compare->narrow);
    text_clear(&compare->report);
}

static bool
is_equal(const Compare *compare, uint64_t slot)
{
    const Bucket *live = &compare->buckets[PARITY_LIVE][slot];
    const Bucket *standby = &compare->buckets[PARITY_STANDBY][slot];

    return live->rows == standby->rows && digest_equal(live->sum, standby->sum);
}

static bool
on_row(void *context, const CopyRow *row, Error *error)
{
    CompareReader *reader = context;
    Compare *compare = reader->compare;
    int first = compare->narrowing ? 1 : 0; /* the second reading has the key as text in front */
    const char *data;
    size_t length;
    Digest key, digest;
    uint64_t slot;

    (void)error;
    copyout_raw(row, first, first + compare->pair->mapping.key_count, &data, &length);
    key = digest_bytes(data, length);
    copyout_raw(row, first, row->count, &data, &length);
    digest = digest_bytes(data, length);
    slot = key.low % (uint64_t)compare->bucket_count;
    if (!compare->narrowing)
    {
        digest_add(&compare->buckets[reader->side][slot].sum, digest);
        compare->buckets[reader->side][slot].rows++;
        compare->rows[reader->side]++;
    }
    else if (!is_equal(compare, slot))
        narrow_add(&compare->narrow, reader->side, key, digest, row->fields[0].data,
                   row->fields[0].length);
    return true;
}

void
compare_reader_init(CompareReader *reader, Compare *compare, ParitySide side)
{
    *reader = (CompareReader){.compare = compare, .side = side};
    copyout_init(&reader->copy, on_row, reader);
}

bool
compare_sink(void *context, const char *data, size_t length, Error *error)
{
    CompareReader *reader = context;

    return copyout_sink(&reader->copy, data, length, error);
}

bool
compare_reader_end(CompareReader *reader, Error *error)
{
    bool whole = copyout_is_complete(&reader->copy);

    copyout_clear(&reader->copy);
    return whole || error_set(error, ERROR_FAULT, "not all rows to compare arrived");
}

const char *
compare_fields(const Compare *compare, Arena *arena, ParitySide side)
{
    static const char *const words[][2] = {{"live_fields", "standby_fields"},
                                           {"agreed_live_fields", "agreed_standby_fields"}};
    const Pair *pair = compare->pair;
    const char *fields = pair_word(arena, pair, words[compare->agreed][side]);

    return compare->narrowing
               ? arena_printf(
                     arena, "CAST(ROW(%s) AS pg_catalog.text), %s",
                     pair_word(arena, pair, side == PARITY_LIVE ? "live_key" : "standby_key"),
                     fields)
               : fields;
}

static bool
has_difference(const Compare *compare)
{
    for (int i = 0; i < compare->bucket_count; i++)
        if (!is_equal(compare, (uint64_t)i))
            return true;
    return false;
}

bool
compare_run(Compare *compare, CompareRead read, void *context, Error *error)
{
    if (!read(context, error))
        return false;
    if (!has_difference(compare))
        return true;
    compare->narrowing = true;
    if (!read(context, error))
        return false;
    compare->different = narrow_report(&compare->narrow, &compare->report);
    if (compare->different == 0) /* cannot be: the sums differ */
        return error_set(error, ERROR_FAULT, "the checksums differ, but no key does");
    if (compare->narrow.incomplete)
        text_printf(&compare->report, "\nand more, which were not examined");
    else if (compare->different > NARROW_SHOWN)
        text_printf(&compare->report, "\nand %" PRId64 " more", compare->different - NARROW_SHOWN);
    return true;
}

bool
compare_require_equal(const Compare *compare, Error *error)
{
    if (compare->different == 0)
        return true;
    error_set(error, ERROR_PARITY,
              "%s and the %s table differ in %s%" PRId64 " of %" PRId64 " rows",
              compare->pair->live, compare->pair->migration->live_is_blue ? "new" : "old",
              compare->narrow.incomplete ? "at least " : "", compare->different,
              compare->rows[PARITY_LIVE]);
    error_detail(error, "%s", text_cstr(&compare->report));
    error_key(error, "(%s)=%s", pair_word(compare->arena, compare->pair, "key_names"),
              compare->narrow.first);
    return error_hint(error,
                      "Nothing was swapped. Find out who writes to %s; \"pgswap %s\" ends the "
                      "migration, and %s stays as it is.",
                      compare->pair->standby, journal_end(compare->pair->migration),
                      compare->pair->live);
}
