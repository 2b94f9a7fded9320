/*
 * The phases of a migration, in order.  Each can be entered again after a crash: it finds out from
 * the database what is already done.  Each moves the state to the next phase in the transaction of
 * its last piece of work.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/spec.h"
#include "model/statement.h"
#include "model/table.h"
#include "phase/context.h"

/* Makes green, derives the mapping, and begins the migration: one transaction.  Sets
 * context->migration. */
bool build_run(Context *context, const Table *blue, const Spec *spec, const Parameters *parameters,
               Error *error) ERROR_MUST_CHECK;

/* Installs the change log and the capture triggers on live. */
bool capture_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Makes change log and trigger functions of every pair unless they are there; on nothing of the
 * application's.  In the caller's transaction, or as ones of their own. */
bool capture_make_logs(Context *context, const Migration *migration, Error *error) ERROR_MUST_CHECK;

/* The statements that put a pair's capture on the table that bears live's name when they run. */
bool capture_collect(Context *context, const Pair *pair, StatementList *list, Error *error)
    ERROR_MUST_CHECK;

/* Capture was dropped or switched off: nobody knows what it missed.  Installs it again, empties
 * standby and goes back to the copy. */
bool capture_again(Context *context, Error *error) ERROR_MUST_CHECK;

/* Copies live to standby, chunk by chunk, on all connections. */
bool copy_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Purges the rows of pending keys and builds key, indexes and constraints. */
bool index_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Applies pending keys in rounds until few are left. */
bool catchup_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Proves parity; ERROR_PARITY if the tables differ. */
bool parity_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Catches up and makes a parity pass, at any time, without a change of phase; one that a TRUNCATE
 * disturbs is made again. */
bool parity_check(Context *context, Error *error) ERROR_MUST_CHECK;

/* Keeps standby in sync until that time of clock_ms(), or stopped.  Rows that standby cannot hold
 * are no error here: the state says since when and why a revert is not possible. */
bool follow_run(Context *context, int64_t until, Error *error) ERROR_MUST_CHECK;

/* Exchanges live and standby. */
bool swap_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* From here on even reading the table does not wait longer than --swap-deadline. */
bool swap_patience(Context *context, Error *error) ERROR_MUST_CHECK;

/* Does what the swap left for afterwards: runs the hook, validates foreign keys, refreshes
 * materialized views. */
bool settle_run(Context *context, Error *error) ERROR_MUST_CHECK;

/* Of that, what another swap cannot do without; the way back does not wait for a scan. */
bool settle_before_swap(Context *context, Error *error) ERROR_MUST_CHECK;

/* ERROR_CHANGED if a table of ours, or live, was dropped or moved by somebody. */
bool guard_tables(Context *context, Error *error) ERROR_MUST_CHECK;

/* ERROR_CHANGED if live was dropped, so that standby may be the last to have its rows. */
bool guard_last_copy(Context *context, Error *error) ERROR_MUST_CHECK;

/* That, and live compared with its description: ERROR_CHANGED if it is not what it was. */
bool guard_unchanged(Context *context, Error *error) ERROR_MUST_CHECK;

/* When capture triggers of a pair were dropped or switched off, *whole is false: what they missed
 * is unknown. */
bool guard_capture(Context *context, bool *whole, Error *error) ERROR_MUST_CHECK;

/* ERROR_CHANGED, with what can be done about it.  Returns false, always. */
bool guard_capture_is_lost(const Context *context, Error *error);

/* All that together. */
bool guard_check(Context *context, bool *whole, Error *error) ERROR_MUST_CHECK;

/*
 * Notices within seconds what others do to live: to be called wherever time passes, it looks once
 * in ten seconds and costs next to nothing where nothing was altered.  ERROR_CHANGED if live was
 * renamed, moved, dropped or altered, or (from READY on) capture is lost.  conn must not be in a
 * transaction that sees an old catalog; guard_look_aside() takes a connection of its own.
 */
bool guard_look(Context *context, Conn *conn, Error *error) ERROR_MUST_CHECK;
bool guard_look_aside(Context *context, Error *error) ERROR_MUST_CHECK;

/* Closes that connection, and looks again the next time. */
void guard_forget(Context *context);

/* A statement of ours failed: if that is because others did something to the tables meanwhile,
 * although it may be undone by now, the error says so instead. */
void explain_failure(Context *context, Error *error);

/* *marks (in arena) changes when rows of live may have changed without capture; *known if it is
 * what it was when both tables were last known to be equal but for the pending keys. */
bool guard_row_marks(Context *context, const Pair *pair, Arena *arena, char **marks, bool *known,
                     Error *error) ERROR_MUST_CHECK;

/* Both tables are equal but for the pending keys, with these marks. */
bool guard_record_marks(Context *context, const Pair *pair, const char *marks, Error *error)
    ERROR_MUST_CHECK;
