/*
 * When to say again what is waited for: at once, and then every 30 s, each kind for itself.  Many
 * short waits for the same thing, one after the other, are one long wait to whoever reads the log.
 *
 *     if (waiting_is_due(&context->waiting, WAITING_LOCK, clock_ms()))
 *         log_info("waiting for a lock on %s", table);
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum WaitingKind
{
    WAITING_OPERATOR, /* paused */
    WAITING_WINDOW,   /* of time, to open */
    WAITING_FILE,     /* to go away */
    WAITING_QUERY,    /* to say something else */
    WAITING_NICE,     /* to be less than all the time */
    WAITING_LOCK,
    WAITING_SNAPSHOT,
    WAITING_REPLICA,    /* that lags */
    WAITING_SLOT,       /* that keeps WAL */
    WAITING_WAL,        /* to be less */
    WAITING_ACTIVE,     /* sessions, to be fewer */
    WAITING_DISK,       /* to have room */
    WAITING_AGE,        /* of a snapshot: never said, it ends what runs */
    WAITING_STANDBY,    /* server, to confirm a commit */
    WAITING_REST,       /* for a moment in which nobody disturbs a comparison */
    WAITING_DUAL,       /* for the end of a dual write, or why there is none */
    WAITING_SEARCH,     /* for a row that does not fit */
    WAITING_CONNECTION, /* in place of a lost one */
    WAITING_SERVER,     /* to accept one */
    WAITING_KINDS
} WaitingKind;

/* clock_ms() of when each was said last; 0: not yet. */
typedef struct Waiting
{
    int64_t said[WAITING_KINDS];
} Waiting;

/* True if it is to be said now (in ms of clock_ms()), which counts as said. */
bool waiting_is_due(Waiting *waiting, WaitingKind kind, int64_t now);

/* It is not waited for any more: the next time is another wait. */
void waiting_is_over(Waiting *waiting, WaitingKind kind);
