/*
 * What is reported as done must not be lost when a synchronous standby server takes over.
 *
 * Our transactions wait for the local disk at most (synchronous_commit = local): what a failover
 * would take away of a migration it takes away as a whole, and the same command goes on from there.
 * So a standby server that does not answer holds up nothing but the report, where it is waited for
 * once, aloud, and with a deadline.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/*
 * Waits until all that was committed is where the role's own synchronous_commit wants it, up to
 * --swap-deadline.  ERROR_LIMIT after that, ERROR_STOPPED on request: the work is done all the
 * same.
 */
bool durable_wait(Context *context, Error *error) ERROR_MUST_CHECK;
