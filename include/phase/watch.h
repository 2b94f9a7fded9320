/*
 * Watches, on a connection of its own, who waits behind the locks of the control connection while a
 * swap is attempted.
 */
#pragma once

#include "base/error.h"
#include "phase/context.h"

typedef struct Watch Watch;

/* Opens the connection and begins to sample, several times a second. */
Watch *watch_open(Context *context, Error *error) ERROR_MUST_CHECK;

/* Adds what was seen to the summary. */
void watch_take(const Watch *watch, Summary *summary);

void watch_close(Watch *watch);
