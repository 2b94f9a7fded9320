/*
 * Watches, on a connection of its own, who waits behind the locks of the control connection while a
 * swap is attempted.
 */
#pragma once

#include "base/error.h"
#include "tool/context.h"

typedef struct Watch Watch;

/* Opens the connection and begins to sample, several times a second.  Where there is no room for it
 * that is said, and nothing is seen. */
Watch *watch_open(Context *context, Error *error) ERROR_MUST_CHECK;

/* What was seen since the last call: the most sessions that waited at once, and the longest wait of
 * one of them, in ms.  False if nobody watches: both are 0. */
bool watch_take(Watch *watch, int64_t *waiters, int64_t *longest_ms);

void watch_close(Watch *watch);
