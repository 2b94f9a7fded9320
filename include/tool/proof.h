/*
 * What is applied after the tables were compared is compared, too: the keys of every round are
 * looked at again, live through the mapping against standby, in a snapshot that sees the round
 * committed. Keys that are pending again by then are left to their own round.  A swap needs them
 * all proven.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* Compares what was applied and not looked at again yet, in a transaction of its own.  ERROR_PARITY
 * with the keys if something differs: it stays unproven. */
bool proof_run(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;

/* How many keys were applied, or written by capture to both tables, and not looked at again; 0
 * while a TRUNCATE is pending, which comes first. */
bool proof_count(Context *context, const Pair *pair, int64_t *keys, Error *error) ERROR_MUST_CHECK;

/* How long it takes to look at so many, in ms: measured lately, or guessed. */
int64_t proof_cost(const Context *context, int64_t keys);

/* Brings them to where they are found by index, and those that are pending again, in the caller's
 * transaction. */
bool proof_gather(Context *context, const Pair *pair, int64_t *keys, Error *error) ERROR_MUST_CHECK;

/* The same in the transaction that the caller has opened on the control connection, which sees no
 * TRUNCATE pending; for so many keys. */
bool proof_here(Context *context, const Pair *pair, int64_t keys, Error *error) ERROR_MUST_CHECK;

/* *left if a pair has keys that were applied and not looked at again. */
bool proof_ask_due(Context *context, bool *left, Error *error) ERROR_MUST_CHECK;
