/*
 * Digests of rows and of sets of rows: XXH3, 128 bits (xxHash by Yann Collet,
 * https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
 *
 * The digest of a set is the sum of the digests of its members modulo 2^128, with their number kept
 * beside it by the caller: it does not depend on order, and members can be added on several
 * connections.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Digest
{
    uint64_t low;
    uint64_t high;
} Digest;

Digest digest_bytes(const void *data, size_t length);

/* sum += digest, modulo 2^128. */
void digest_add(Digest *sum, Digest digest);

bool digest_equal(Digest a, Digest b);
