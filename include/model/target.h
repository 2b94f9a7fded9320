/*
 * What a table's name on the command line stands for: a table, a migration of it, or both.
 *
 * A table can be renamed, moved or dropped while a migration works on it.  So a migration is found
 * by the table that bears the name now, whatever it was called when the migration began, and else
 * by the name it was begun under.  Where another table bears that name by now, nobody can tell
 * which is meant, and it is refused.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/await.h"

typedef struct Target
{
    const char *label; /* for messages: app.orders, or as typed */
    char *oid;         /* of the table that bears the name; NULL: none does */
    char *lock;        /* OID that stands for it in the lock, or NULL */
    int64_t migration; /* 0: none */
    const char *state; /* where that is kept; a new one is kept in :state */
    bool is_over;      /* the migration is finished or aborted */
    bool is_aborted;
    bool is_swapped;
    bool is_restored;     /* it came here with a dump of another database */
    const char *given_to; /* who owns the table now, if that is another role than owns the state */
    const char *blue;     /* OIDs of its tables; where it is restored the state has others */
    const char *green;
    const char *not_ours; /* the migration's owner, whose rights our role does not have, or NULL */
    /* the migration whose capture triggers are on the table, if its state knows of none under way
     * or is not ours; else NULL */
    const char *captured_by;
    const char *captured_colour;
    const char *captured_state;
    bool may_release; /* the table is ours, so that we may take them off */
} Target;

/* Looks only.  A name that stands for nothing is no error.  ERROR_CHANGED if the name has gone over
 * to another table. */
bool target_find(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
    ERROR_MUST_CHECK;

/* Looks only, at the lock, too: ERROR_BUSY if another pgswap has it. */
bool target_look(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
    ERROR_MUST_CHECK;

/* Takes the lock that keeps other pgswaps away, for as long as the connection lives; it is the same
 * whichever name was given.  ERROR_BUSY if another holds it. */
bool target_take(Conn *conn, Arena *arena, const char *text, Target *target, Error *error)
    ERROR_MUST_CHECK;

/* Takes that lock of a target that was found.  ERROR_BUSY if another holds it. */
bool target_lock(Conn *conn, const Target *target, Error *error) ERROR_MUST_CHECK;

/* The same if nobody has it. */
bool target_try(Conn *conn, const Target *target, bool *locked, Error *error) ERROR_MUST_CHECK;

/* The command that ends the migration, by its phase or by its capture: "abort" or "finish". */
const char *target_end(const Target *target);

/* ERROR_REFUSED if our role may not work on the migration of the table; ERROR_CHANGED if its state
 * is lost. */
bool target_check_ours(Conn *conn, const Target *target, Error *error) ERROR_MUST_CHECK;

/* ERROR_CHANGED if the migration can only be ended: it came here with a dump, or its table was
 * given to another role. */
bool target_may_go_on(const Target *target, Error *error) ERROR_MUST_CHECK;

/* ERROR_FAULT that says what the name does not stand for. */
bool target_refuse_unknown(const Target *target, Error *error);
