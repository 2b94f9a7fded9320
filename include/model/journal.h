/*
 * The state of a migration, kept in schema pgswap.  It moves here and nowhere else, in the same
 * transaction as the work it describes; what a phase needs to know of a migration is read here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/mapping.h"
#include "model/parameters.h"
#include "model/shape.h"
#include "model/spec.h"
#include "model/table.h"
#include "pg/await.h"

/* What is being done, or is to be done next.  Stored by name; the order is the way of a migration.
 */
typedef enum Phase
{
    PHASE_BUILD,    /* there is no migration yet: never stored -> CAPTURE */
    PHASE_CAPTURE,  /* green stands; no trigger on live yet -> COPY */
    PHASE_COPY,     /* rows go over chunk by chunk -> INDEX */
    PHASE_INDEX,    /* pending rows purged, key and indexes being built -> CATCHUP */
    PHASE_CATCHUP,  /* pending keys applied in rounds -> VERIFY */
    PHASE_VERIFY,   /* parity being proved -> READY */
    PHASE_READY,    /* in sync and proved; waits for the swap -> SWAPPED */
    PHASE_SWAPPED,  /* green is live -> FINISHED */
    PHASE_FINISHED, /* blue is gone */
    PHASE_ABORTED,  /* green is gone */
} Phase;

const char *phase_name(Phase phase);

struct Migration;

/* Blue, green and the mapping between them; see model/pair.h for what templates know of it. */
typedef struct Pair
{
    const struct Migration *migration;
    int number;
    char *schema; /* of the application */
    char *table;
    char *blue; /* OIDs */
    char *green;
    char *live_oid;
    char *standby_oid;
    char *live;    /* app.orders: quoted where needed */
    char *standby; /* pgswap_17_green.orders */
    bool live_is_partitioned;
    bool standby_is_partitioned;
    int set;                 /* of the change log, see tool/rotation.h */
    bool has_mapping;        /* false: there is no way from live to standby */
    Mapping mapping;         /* from live to standby */
    Mapping forward;         /* from blue to green: the change, whichever is live */
    Description fingerprint; /* what live must look like until the swap */
    Description expected;    /* what must come out of the swap */
} Pair;

typedef struct Migration
{
    int64_t id;
    char id_text[24];
    char epoch[24]; /* of this run; "0" when this process only looks */
    Phase phase;
    bool live_is_blue;
    const char *live_colour; /* "blue" or "green" */
    const char *standby_colour;
    char *schema;
    char *table;
    char *spec_hash;
    Parameters parameters; /* of the sessions that values must agree with */
    bool hold;
    bool dual_write;     /* capture writes both tables, or may have; see tool/dual.h */
    bool is_foreign;     /* its state is another role's: only its triggers are within reach */
    bool swapped_before; /* green has been live: it may hold what blue cannot tell */
    char *no_way_back;   /* why a revert is impossible from the start, or NULL */
    int pair_count;
    Pair *pairs;     /* in order; see for_each_pair() */
    char *label;     /* for messages, all tables it works on: "app.orders, app.lines" */
    char *live_oids; /* of all of them, as a list in SQL */
} Migration;

/* Nobody takes one pair out of its migration: what is done for one is done for each.
 *
 *     for_each_pair (pair, context->migration)
 *         if (!pair_do(conn, pair, error, "pending_insert", NULL))
 *             return false;
 */
#define for_each_pair(pair, migration)                                                             \
    for (const Pair *pair = (migration)->pairs;                                                    \
         pair < (migration)->pairs + (migration)->pair_count; pair++)

/* The command that ends a migration from where it stands: "abort" or "finish". */
const char *journal_end(const Migration *migration);

/* Reads a migration by its number. */
bool journal_load(Conn *conn, Arena *arena, int64_t id, Migration **migration, Error *error)
    ERROR_MUST_CHECK;

/* Of a migration whose state is another role's: what takes its triggers off the table (OID; name
 * for messages), by which it is known.  Nothing is read or written of its state. */
Migration *journal_foreign(Arena *arena, const char *id, const char *colour, const char *oid,
                           const char *table);

/* Gives a migration its pairs, which stay where they are, and the names that follow from them. */
void journal_set_pairs(Arena *arena, Migration *migration, Pair *pairs, int count);

/* Another set of the change log of that pair is in use from now on, as the state says. */
void journal_take_set(Migration *migration, const Pair *pair, int set);

/* Reads a migration again (its phase and the roles may have changed). */
bool journal_reload(Conn *conn, Arena *arena, Migration *migration, Error *error) ERROR_MUST_CHECK;

/* The same migration with the roles exchanged: how it will be after the next swap. */
bool journal_flip(Conn *conn, Arena *arena, const Migration *migration, Migration *flipped,
                  Error *error) ERROR_MUST_CHECK;

/* Takes the number of a new migration.  Outside any transaction: nobody waits for another's. */
bool journal_number(Conn *conn, int64_t *id, Error *error) ERROR_MUST_CHECK;

/* Begins a migration of that number, without pairs.  In the caller's transaction. */
bool journal_create(Conn *conn, Arena *arena, const Table *table, const Spec *spec,
                    const Parameters *parameters, int64_t id, Error *error) ERROR_MUST_CHECK;

/* Remembers a pair and the objects to be built.  In the caller's transaction. */
bool journal_add_pair(Conn *conn, Arena *arena, int64_t id, int number, const Table *table,
                      const Shape *shape, Error *error) ERROR_MUST_CHECK;

/* The name of this machine, for the state: whoever reads it knows where to look.  NULL: unknown. */
enum
{
    JOURNAL_HOST_SIZE = 256
};
const char *journal_host(char buffer[JOURNAL_HOST_SIZE]);

/* Makes this run the one that may write: every earlier one fails from now on. */
bool journal_take_lease(Conn *conn, Migration *migration, Error *error) ERROR_MUST_CHECK;

/* Moves to the next phase, in the caller's transaction (or as one of its own). */
bool journal_move(Conn *conn, Migration *migration, Phase to, Error *error) ERROR_MUST_CHECK;

/* Moves to the next phase and commits the caller's transaction; the migration in memory moves only
 * when that went through. */
bool journal_move_and_commit(Conn *conn, Migration *migration, Phase to, Error *error)
    ERROR_MUST_CHECK;

/* Says how it stands, for status; waiting_for and problem may be NULL. */
bool journal_note(Conn *conn, const Migration *migration, int64_t backlog, const char *waiting_for,
                  const char *problem, Error *error) ERROR_MUST_CHECK;

/* *pause is NULL unless the operator has paused it; else since when, by whom and from where as far
 * as the state tells ("" if it does not), valid until the next statement. */
bool journal_pause(Conn *conn, const Migration *migration, const char **pause, Error *error)
    ERROR_MUST_CHECK;
