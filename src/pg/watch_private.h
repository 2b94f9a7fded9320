/*
 * Waiting for a socket.  A watch belongs to a socket, not to a connection: libpq replaces sockets
 * (often under the same number), and then the old watch must be gone before the new socket exists.
 */
#pragma once

#include "pg/loop.h"

typedef struct Watch Watch;

/* status < 0: libuv gave up on the socket and knows no reason; the watch waits for nothing until
 * watch_want() is called again.  events are UV_READABLE and UV_WRITABLE. */
typedef void (*WatchReady)(void *owner, int status, int events);

/* Waits for mask on fd, with the watch in *watch or, if that is NULL or of another fd, a new one.
 * mask 0 waits for nothing. */
void watch_want(Watch **watch, Loop *loop, int fd, int mask, WatchReady ready, void *owner);

/* Ends waiting; *watch is NULL afterwards and its owner is not called any more.  The socket may be
 * closed right after.  NULL in *watch is allowed. */
void watch_drop(Watch **watch);
