/*
 * Applying pending keys while the application writes both tables (tool/dual.h): other transactions
 * put rows into standby, take them out and change them at the same time.
 *
 * A batch of keys is one READ COMMITTED transaction.  It locks the rows that live holds for them
 * (FOR SHARE, in their newest version), takes out of standby the rows of keys that are locked, and
 * of those that live does not hold in the snapshot of that very statement, and puts in what live
 * holds for the locked ones.  A row that somebody puts into both tables between these statements is
 * neither taken out nor put in again.  Whoever is in the way is given way to, long before a session
 * that waits for us would look for a deadlock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* Applies some thousands of keys at most; *applied is how many: 0 also if somebody was in the way.
 * *alone: the rest can only be applied when nobody writes both tables (rows that do not fit
 * standby, a TRUNCATE). */
bool alongside_apply(Context *context, const Pair *pair, int64_t *applied, bool *alone,
                     Error *error) ERROR_MUST_CHECK;
