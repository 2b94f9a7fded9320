/*
 * The time that an attempt at a strong lock may take from others, which is counted by the control
 * connection: past it whatever runs is cancelled (conn_set_deadline(), which nobody else calls).
 *
 *     begin - nobody has to wait yet - ask - the lock is wanted - hold - it is there - end
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tool/context.h"

/* An attempt begins, as yet without an end to its time. */
void budget_begin(Context *context);

/* From here on others may wait: each lock is waited for lock_timeout, and all that follows has
 * lock_timeout and max_lock_hold together. */
bool budget_ask(Context *context, Error *error) ERROR_MUST_CHECK;

/* The first lock is there: from here on max_lock_hold, see lockset_take(). */
void budget_hold(Context *context);

/* True if that is the end of the budget: what ran then was cancelled by us. */
bool budget_is_over(const Error *error);

/* The attempt is over.  Returns for how long others may have waited, in ms. */
int64_t budget_end(Context *context);
