/*
 * A request to the server to cancel what a connection runs.  It goes over a connection of its own
 * and is independent of the PGconn once started.
 */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

#include "pg/loop.h"

typedef struct Cancel Cancel;

/* The request is through: delivered (which says nothing about its effect), or message says why it
 * was not (NULL otherwise; valid during the call).  The Cancel is freed after the call. */
typedef void (*CancelEnd)(void *owner, bool delivered, const char *message);

/* NULL if it could not be started, because the connection is lost. */
Cancel *cancel_start(Loop *loop, PGconn *pg, CancelEnd on_end, void *owner);

/* The owner does not want to hear of it any more; *cancel is NULL afterwards.  NULL is allowed. */
void cancel_abandon(Cancel **cancel);
