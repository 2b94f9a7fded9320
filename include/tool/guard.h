/*
 * Guard: what others do to the tables, noticed before it does harm.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "tool/context.h"

/* ERROR_CHANGED if a table of ours, or live, was dropped or moved by somebody. */
bool guard_tables(Context *context, Error *error) ERROR_MUST_CHECK;

/* ERROR_CHANGED if live was dropped, so that standby may be the last to have its rows. */
bool guard_last_copy(Context *context, Error *error) ERROR_MUST_CHECK;

/* That, and live compared with its description: ERROR_CHANGED if it is not what it was. */
bool guard_unchanged(Context *context, Error *error) ERROR_MUST_CHECK;

/* *lost is a pair of which capture triggers were dropped or switched off: what they missed is
 * unknown. NULL: none is. */
bool guard_capture(Context *context, const Pair **lost, Error *error) ERROR_MUST_CHECK;

/* ERROR_CHANGED, with what can be done about it.  Returns false, always. */
bool guard_refuse_lost_capture(const Pair *pair, Error *error);

/* All that together. */
bool guard_check(Context *context, const Pair **lost, Error *error) ERROR_MUST_CHECK;

/*
 * Notices within seconds what others do to live: to be called wherever time passes, it looks once
 * in ten seconds and costs next to nothing where nothing was altered.  ERROR_CHANGED if live was
 * renamed, moved, dropped or altered, or (from READY on) capture is lost.  conn must not be in a
 * transaction that sees an old catalog; guard_look_aside() takes a connection of its own.
 */
bool guard_look(Context *context, Conn *conn, Error *error) ERROR_MUST_CHECK;
bool guard_look_aside(Context *context, Error *error) ERROR_MUST_CHECK;

/* That connection, which stays out of snapshots; NULL if there is no room for one. */
Conn *guard_connect_aside(Context *context);

/* Closes that connection, and looks again the next time. */
void guard_forget(Context *context);

/* *marks (in arena) changes when rows of live may have changed without capture; *known if it is
 * what it was when both tables were last known to be equal but for the pending keys. */
bool guard_row_marks(Context *context, const Pair *pair, Arena *arena, char **marks, bool *known,
                     Error *error) ERROR_MUST_CHECK;

/* Both tables are equal but for the pending keys, with these marks. */
bool guard_record_marks(Context *context, const Pair *pair, const char *marks, Error *error)
    ERROR_MUST_CHECK;
