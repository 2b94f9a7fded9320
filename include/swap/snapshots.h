/*
 * Old snapshots: a transaction whose snapshot is older than what we wrote to standby would, if it
 * first touched the table after the swap, see those rows as not there, without an error.
 *
 * So before the lock: wait until every snapshot that was alive when standby was last written is
 * gone. And under it: if the drain wrote something, no transaction may be left that keeps a
 * snapshot across statements; else the attempt is rolled back.  READ COMMITTED sessions take a new
 * snapshot for each statement, also those that wait on our lock.
 *
 * Of another role's session our role sees neither state nor statements, unless it may read all
 * statistics (pg_read_all_stats): such a session counts as keeping its snapshot if it was seen with
 * it before, or does not just wait for a lock.
 *
 * What remains with OLD_SNAPSHOTS_WAIT: a REPEATABLE READ transaction whose very first statement is
 * in flight while the lock is held cannot be told from a READ COMMITTED one; it may see the keys
 * drained under the lock as they were a moment before.  OLD_SNAPSHOTS_STRICT closes that, at the
 * price of waiting for every transaction that can go on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

typedef struct Snapshots Snapshots;

Snapshots *snapshots_new(Arena *arena);

/* Outside any lock: waits until all snapshots alive now are gone, or the deadline (clock_ms()) is
 * over: ERROR_AGAIN. */
bool snapshots_wait(Snapshots *snapshots, Context *context, int64_t deadline, Error *error)
    ERROR_MUST_CHECK;

/* Under the lock, after a drain that wrote: ERROR_AGAIN if somebody keeps an older snapshot. */
bool snapshots_check(Snapshots *snapshots, Context *context, Error *error) ERROR_MUST_CHECK;
