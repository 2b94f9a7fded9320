/*
 * XXH3 in its 128-bit form, and addition modulo 2^128.
 */
#include "base/digest.h"

#include <xxhash.h>

Digest
digest_bytes(const void *data, size_t length)
{
    XXH128_hash_t hash = XXH3_128bits(data, length);

    return (Digest){.low = hash.low64, .high = hash.high64};
}

void
digest_add(Digest *sum, Digest digest)
{
    sum->low += digest.low;
    sum->high += digest.high + (sum->low < digest.low ? 1 : 0); /* the carry */
}

bool
digest_equal(Digest a, Digest b)
{
    return a.low == b.low && a.high == b.high;
}
