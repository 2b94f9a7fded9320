/*
 * What every phase works with: the connections, the migration, the settings, and what the run has
 * to tell at its end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/window.h"
#include "model/journal.h"
#include "pg/await.h"
#include "pg/pool.h"
#include "tool/waiting.h"

/* What to do about transactions that see the tables as they were before; see swap/snapshots.h. */
typedef enum OldSnapshots
{
    OLD_SNAPSHOTS_WAIT,
    OLD_SNAPSHOTS_STRICT,
    OLD_SNAPSHOTS_IGNORE,
} OldSnapshots;

/* When capture writes both tables; see tool/dual.h. */
typedef enum DualWrite
{
    DUAL_WRITE_AUTO,
    DUAL_WRITE_ALWAYS,
    DUAL_WRITE_OFF,
} DualWrite;

/* Settings of a run; times in milliseconds.  See the README for what each is for. */
typedef struct Settings
{
    int jobs;
    int64_t chunk_time;
    int64_t chunk_blocks; /* fixed chunk size; 0: adapt to chunk_time */
    int64_t lock_timeout;
    int64_t swap_deadline;
    int64_t retry_pause; /* longest between two attempts */
    int64_t max_lock_hold;
    int64_t blocker_age;
    int64_t drain_keys;         /* swap only with at most so many keys pending */
    int64_t converge_deadline;  /* for the backlog to become small */
    int64_t cancel_blockers;    /* age from which blockers are cancelled; 0: never */
    int64_t terminate_blockers; /* age from which they are terminated; 0: never */
    OldSnapshots old_snapshots;
    DualWrite dual_write;
    int ignore_serializable; /* 1: a swap does not look whether SERIALIZABLE transactions have read
                              */
    const char *hook_before_swap; /* shell commands, or NULL */
    const char *hook_after_swap;
    const char *hook_failure;
    bool row_capture;
    bool refresh_matviews;
    bool force_rewrite;
    bool force_publication;
    const char *maintenance_work_mem;
    const char *pause_at; /* named point to wait at, or NULL */
    /* what holds work up, see tool/signals.h; 0 or NULL: it does not */
    int64_t max_lag;         /* 0: LAG_DEFAULT where lag can be seen */
    const char *lag_servers; /* names with commas between them; NULL: all */
    int64_t lag_grace;
    int64_t max_slot_retained; /* bytes */
    int64_t max_wal_rate;      /* bytes a second */
    int64_t max_active;        /* sessions */
    int64_t min_free;          /* bytes */
    const char *min_free_query;
    const char *throttle_query;
    const char *throttle_file;
    int64_t max_snapshot_age;
    int64_t nice; /* percent of the time to rest */
    Window window;
} Settings;

/* What is to be made, while there is no migration yet. */
typedef struct Order
{
    const Table *blue;
    const Spec *spec;
    const Parameters *parameters;
} Order;

/* What is said at the end of a run. */
typedef struct Summary
{
    int64_t phase_ms[PHASE_ABORTED + 1];
    int64_t rows_copied; /* by this run */
    int64_t keys_applied;
    int64_t keys_proven; /* of them, looked at again after the tables were compared */
    int64_t rows_compared;
    int64_t rows_different;
    int64_t swap_attempts;
    int64_t lock_held_us; /* by the last attempt, as lock_wait_us */
    int64_t lock_wait_us;
    int64_t longest_wait_ms;
    int64_t rows_drained;
    bool unwatched;             /* there was no connection to look who waits for us */
    int64_t waiters;            /* most sessions seen waiting behind our lock at once */
    int64_t waiters_longest_ms; /* longest wait of one of them that was seen */
} Summary;

/* The latest look at live. */
typedef struct Look
{
    int64_t at;    /* clock_ms() */
    bool is_known; /* the marks were compared with the description */
    Digest marks;
    Conn *conn;         /* for looks while control reads in an old snapshot; opened when needed */
    int64_t refused_at; /* clock_ms() of when there was no room for it; 0: there is */
} Look;

struct Pressure;

typedef struct Context
{
    Arena *arena;
    Loop *loop;
    const Settings *settings;
    const ConnParams *control_params;
    const ConnParams *worker_params;
    Conn *control;        /* holds the table's advisory lock */
    int64_t patience;     /* ms; how long control waits for a lock now (context_set_patience) */
    int64_t strong_since; /* clock_ms(); from when on others may wait, see tool/budget.h */
    Pool *pool;           /* opened when a phase first needs it */
    const char *doing;    /* "copying": for people, or NULL */
    const Order *order;   /* where migration is NULL and build is to make it */
    Migration *migration;
    bool ignores_pause;        /* abort: an operator who gives up is not held up */
    Waiting waiting;           /* what was said of what is waited for */
    struct Pressure *pressure; /* what signals_look() knows from one look to the next */
    int64_t held_at; /* clock_ms(); since when it is in sync and waits for "swap", 0: it does not */
    bool writes_both;   /* this run lets capture write both tables; see tool/dual.h */
    int64_t dual_at;    /* clock_ms(); when that was last extended */
    char *dual_writers; /* transactions to be waited for since it does not any more, or NULL */
    Look look;          /* at what others do to live, see guard_look() */
    int64_t tend_at;  /* clock_ms(); when the change log is looked after again (tool/rotation.h) */
    int64_t count_us; /* what it took to count the pending keys, lately */
    int64_t us_per_key;   /* what it took to apply one, lately; 0: not known */
    int64_t us_per_proof; /* and to look at one that was applied or written */
    Summary summary;
} Context;

/*
 * How long the control connection waits for a lock from here on, in ms.  To read a table in use it
 * waits as any reader does (READ_PATIENCE): that stops nobody.  What would stop others is asked for
 * in short attempts, by polite_run() alone.
 */
enum
{
    READ_PATIENCE = 600000
};
bool context_set_patience(Context *context, int64_t milliseconds, Error *error) ERROR_MUST_CHECK;

/* By which application_name the workers of a migration are known. */
const char *context_worker_name(Arena *arena, const Migration *migration);

/* Opens the pool unless it is open. */
bool context_open_pool(Context *context, Error *error) ERROR_MUST_CHECK;
void context_close_pool(Context *context);

/* False with ERROR_STOPPED if a stop was requested: called where it is safe to stop. */
bool context_may_go_on(const Context *context, Error *error) ERROR_MUST_CHECK;

/*
 * Opens a REPEATABLE READ transaction on the control connection for work on a pair: its snapshot is
 * younger than its locks on both tables, so that no rewrite can hide rows from it; values are
 * computed with the parameters of the table's owner.
 */
bool context_begin_snapshot(const Context *context, const Pair *pair, Error *error)
    ERROR_MUST_CHECK;

/* Gives an error that comes from a request to stop its words: how it was stopped, at what, and how
 * to go on.  Any other error stays as it is. */
void context_explain_stop(const Context *context, Error *error);

/* Says what is waited for, at once and then every 30 s; see tool/waiting.h. */
void context_say_waiting(Context *context, WaitingKind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For whom the state says that something is waited for; empty: for nobody. */
typedef struct Told
{
    char who[200];
} Told;

/* Notes "what: who" in the state, for status, whenever it is another; and that it is over. */
bool context_note_waiting(Context *context, Told *told, const char *what, const char *who,
                          Error *error) ERROR_MUST_CHECK;
bool context_note_over(Context *context, Told *told, Error *error) ERROR_MUST_CHECK;

/* Waits at a named point while somebody holds its advisory lock, if --pause-at names it. */
bool context_pause_at(const Context *context, Conn *conn, const char *point, Error *error)
    ERROR_MUST_CHECK;

/* The same as SQL to be put between other statements: "" if the point is not asked for. */
const char *context_pause_sql(const Context *context, Arena *arena, const char *point);
