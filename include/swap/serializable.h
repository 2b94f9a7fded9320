/*
 * SERIALIZABLE transactions: the server ends one that would write what another, which overlaps it,
 * has read and built on (40001).  It knows by predicate locks, which are kept by OID: they follow a
 * rewrite, and not a rename.  Whoever overlaps the reader and comes to the table only after the
 * swap would write unnoticed.  So a swap gives way while there is a predicate lock on live, unless
 * --serializable=ignore.  What reads on a standby server has none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* Outside any lock: waits for a moment in which there is none, until the deadline (clock_ms()):
 * ERROR_AGAIN. */
bool serializable_wait(Context *context, int64_t deadline, Error *error) ERROR_MUST_CHECK;

/* Under the lock, as soon as it is there, since nobody can read from then on: ERROR_AGAIN if there
 * is one. */
bool serializable_check(Context *context, Error *error) ERROR_MUST_CHECK;
