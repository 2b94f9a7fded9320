/*
 * The change log rotates.  While somebody keeps an old snapshot (pg_dump, a report of hours) no
 * dead row can be removed, and log, dirty and the rest, through which every change goes, would
 * become heaps of them that every look reads again.  So they come in numbered sets, of which one is
 * in use (Pair.set): when its heaps are much larger than what is alive in them, another one takes
 * its place, and it is truncated.
 *
 * To replace it: in one transaction, what is pending is taken over and the capture functions are
 * replaced by ones that write to the other set.  That needs no lock on live, so a transaction that
 * is under way may still write to the set before, at any time.  That is right, too: the log is read
 * through all sets together (they are its children by inheritance).  Nobody writes to a set, or has
 * done so and not ended, while it is truncated: that is its lock, which is not waited for; keys
 * that came late are moved under it.  A set that is locked for long stays as it is, and the others
 * are used in turn.  The sets are never dropped before the migration ends: a pg_dump that has just
 * listed them finds them.
 *
 * All of it is in the state and in the catalogs: a run that is killed in the midst of it leaves a
 * set that is not empty, no more.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Empties what is not in use, and takes another set where that pays, for all pairs; every few
 * seconds at most.  Outside of any transaction, and of any lock on live. */
bool rotation_tend(Context *context, Error *error) ERROR_MUST_CHECK;
