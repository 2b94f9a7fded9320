/*
 * Undo: takes away what is ours.  After the swap blue goes, before it green.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/target.h"
#include "tool/context.h"

/*
 * The table may have been given to another role since: then its triggers are not ours to take off.
 * ERROR_REFUSED if they are on it; *may_settle is false as well where they are off already and what
 * is left is ours.
 */
bool undo_check_rights(Context *context, bool *may_settle, Error *error) ERROR_MUST_CHECK;

/* ERROR_REFUSED if the swap is younger than keep, in ms; *bytes is what the old table takes. */
bool undo_check_age(Context *context, int64_t keep, int64_t *bytes, Error *error) ERROR_MUST_CHECK;

/* Takes capture off live, drops standby, the logs and our schemas, and moves the migration to its
 * end: PHASE_FINISHED or PHASE_ABORTED. */
bool undo_run(Context *context, Phase end, Error *error) ERROR_MUST_CHECK;

/* Whether there is nothing that the role may end by its state, but the triggers on its table, which
 * are of a migration that is ended so. */
bool undo_may_release(const Target *target, Phase end);

/* By the owner of a table whose migration is another role's, or nobody's: takes off what is on the
 * table.  ERROR_REFUSED all the same, which says what is left, and to whom. */
bool undo_release(Context *context, const Target *target, Error *error) ERROR_MUST_CHECK;
