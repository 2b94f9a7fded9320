/*
 * Signals that hold work up: one table of them, in signals.c.  A row says who asks for it, by which
 * template the server is asked, and how people are told; `document signals` prints the table for
 * doc/throttle.md.
 *
 *     Text held = {0};
 *
 *     if (!signals_look(context, ASKER_COPY, &held, error))
 *         return false;
 *     copy->throttled = held.length > 0;
 *
 * What runs already (a chunk, an index) comes to its end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "tool/context.h"

/* Who asks, and when. */
typedef enum Asker
{
    ASKER_PHASE,   /* before each phase */
    ASKER_COPY,    /* before each chunk */
    ASKER_INDEX,   /* before each build */
    ASKER_CATCHUP, /* before each round, as long as the migration is not ready */
    ASKER_COMPARE, /* before each range of rows, with a snapshot open */
    ASKER_ATTEMPT, /* before each attempt to take locks that stop others, the swap's too */
    ASKER_FOLLOW,  /* before each round after the swap */
    ASKERS
} Asker;

/* "copy": as the documentation has them. */
extern const char *const asker_names[ASKERS];

/* Looks at one thing: *held stays empty, or gets what is waited for.  conn is not in a transaction.
 * What cannot be seen is an error. */
typedef bool (*SignalLook)(Context *context, Conn *conn, const char *template, Text *held,
                           Error *error);

typedef struct Signal
{
    const char *name;   /* in the state */
    const char *option; /* that asks for it */
    unsigned askers;    /* a bit each */
    WaitingKind kind;
    SignalLook look;
    const char *template;    /* by which the server is asked; NULL: it is not */
    const char *in_progress; /* in the place of rate and time left; NULL: it ends what runs */
} Signal;

extern const Signal signals[];
extern const int signal_count;

/*
 * Looks at the signals that this asker asks for, up to the first that holds it up: *held stays
 * empty, or gets what is waited for, for the state.  Tells people now and then, and in the line of
 * progress; adds up in the state how long it was held up by what.
 */
bool signals_look(Context *context, Asker asker, Text *held, Error *error) ERROR_MUST_CHECK;

/* Looks at all that the settings ask for, before anything is begun: ERROR_REFUSED if one cannot be
 * seen.  That a signal would hold up the work is no error. */
bool signals_check(Context *context, Error *error) ERROR_MUST_CHECK;
