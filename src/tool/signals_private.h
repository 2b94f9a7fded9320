/*
 * The looks at the server: what each remembers from one to the next.
 */
#pragma once

#include "tool/signals.h"

/* A connection that replays what the server writes. */
typedef struct Replica
{
    struct Replica *next;
    char name[64];
    int64_t pid;        /* of its server process; 0: this place is free */
    char reply[40];     /* what it said last, … */
    int64_t changed_at; /* … and since when, in clock_ms() */
    int64_t gone_at;    /* 0: it is there */
    bool is_seen;       /* by the look that is under way */
} Replica;

typedef struct Pressure
{
    bool has_looked; /* for replicas, at least once */
    bool warned_unseen;
    bool warned_blind;
    Replica *replicas;
    int64_t wal_at; /* clock_ms() of the last look; 0: none yet */
    int64_t wal_written;
    int64_t wal_debt; /* bytes written above what the rate allows */
    bool zone_is_known;
    const Signal *holding; /* what holds the work up now, or NULL */
    int64_t looked_at;
    int64_t held_ms;                /* since it began to */
    int64_t unsaved_ms;             /* of that, not yet in the state */
    bool is_told;                   /* it is among the events */
    int64_t over_at[WAITING_KINDS]; /* clock_ms() from which on each holds nothing up */
} Pressure;

/* replicas.c: --max-lag.  load.c: the others.  freespace.c: --min-free. */
bool look_at_lag(Context *context, Conn *conn, const char *template, Text *held, Error *error);
bool look_at_slots(Context *context, Conn *conn, const char *template, Text *held, Error *error);
bool look_at_wal(Context *context, Conn *conn, const char *template, Text *held, Error *error);
bool look_at_sessions(Context *context, Conn *conn, const char *template, Text *held, Error *error);
bool look_at_query(Context *context, Conn *conn, const char *template, Text *held, Error *error);
bool look_at_snapshot(Context *context, Conn *conn, const char *template, Text *held, Error *error);
bool look_at_space(Context *context, Conn *conn, const char *template, Text *held, Error *error);

/* ERROR_REFUSED: what an option asks for is not visible to this role; role is what it is to be a
 * member of.  Returns false, always. */
bool refuse_unseen(const char *what, const char *option, const char *role, Error *error);

/*
 * What a query of the user's (of that option) answers: one value, as text in arena.  *value stays
 * NULL if it has none within its time.
 */
bool ask_query(Conn *conn, Arena *arena, const char *query, const char *option, const char **value,
               Error *error);
