/*
 * Dual write: for the last seconds before a swap the capture functions write standby themselves, in
 * the application's own transactions, so that in every snapshot taken from then on live, through
 * the mapping, equals standby but for the keys in the change log; and there are none once
 * what was logged before is applied.  Nothing is drained under the lock, and nobody who keeps a
 * snapshot can see standby as it was a moment before.
 *
 * The functions are replaced without a lock on the table.  A body (templates/dual) copies state, as
 * apply does: it gives standby what live holds for the keys of the statement, and checks that every
 * row that should have been there was.  Whatever fails in it is undone, and the keys go to the
 * change log: so it is at any time right that some writes go this way and some the other, and a
 * statement of the application neither fails nor is lost because of us.  It ends by itself at a
 * time that stands in the body, which pgswap extends while it works.
 *
 * While a transaction may be under way that writes both tables (Migration.dual_write; an earlier
 * run may have let it), pending keys are applied beside it as tool/alongside.h says, and standby is
 * locked by no attempt before live.  Under the lock there is none.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* Lets capture write both tables from now on, unless it does, --dual-write=off says not to, or a
 * pair does not allow it, which is said once: a new column takes its values from a sequence, which
 * would change what lastval() tells the application.  Standby must have its indexes. */
bool dual_begin(Context *context, Error *error) ERROR_MUST_CHECK;

/* Extends the time, if it is due, and nobody has paused the migration: called wherever time
 * passes. */
bool dual_keep(Context *context, Error *error) ERROR_MUST_CHECK;

/* Lets capture write keys to the change log at once, from any machine, whoever works on the
 * migration: for an operator who has paused it. */
bool dual_stop(Context *context, Error *error) ERROR_MUST_CHECK;

/* Lets capture write keys to the change log, and waits for a while until no transaction is left in
 * which a statement may still write both tables.  Where one is, Migration.dual_write stays: that
 * is right, too, and the next call ends it. */
bool dual_end(Context *context, Error *error) ERROR_MUST_CHECK;

/* Generates the functions that write keys to the change log, in the caller's transaction. */
bool dual_log_only(Context *context, const Pair *pair, Error *error) ERROR_MUST_CHECK;

/* How capture sees writes to live: "statement" or "row"; in the arena; NULL on failure. */
const char *dual_capture_mode(Context *context, const Pair *pair, Error *error);
