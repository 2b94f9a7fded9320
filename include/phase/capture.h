/*
 * Capture: the change log and the triggers that write the keys of changed rows into it.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "model/statement.h"
#include "tool/context.h"

/* Installs the change log and the capture triggers on live. */
bool capture_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Makes change log and trigger functions of every pair unless they are there; on nothing of the
 * application's.  In the caller's transaction, or as ones of their own. */
bool capture_make_logs(Context *context, const Migration *migration, Error *error) ERROR_MUST_CHECK;

/* The statements that put a pair's capture on the table that bears live's name when they run. */
bool capture_collect(Context *context, const Pair *pair, StatementList *list, Error *error)
    ERROR_MUST_CHECK;

/* Capture of that pair was dropped or switched off: nobody knows what it missed.  Installs it again
 * for all, empties standby and goes back to the copy. */
bool capture_again(Context *context, const Pair *lost, Error *error) ERROR_MUST_CHECK;
