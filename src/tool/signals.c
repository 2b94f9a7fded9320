/*
 * The table of signals, and the look along it.
 */
#include "tool/signals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "model/statement.h"
#include "signals_private.h"
#include "tool/guard.h"
#include "ui/log.h"
#include "ui/progress.h"

enum
{
    FORGET_AFTER = 30000, /* ms: what comes again sooner is the same wait to whoever reads of it */
};

const char *const asker_names[ASKERS] = {
    [ASKER_PHASE] = "phases",     [ASKER_COPY] = "copy",          [ASKER_INDEX] = "index builds",
    [ASKER_CATCHUP] = "catch-up", [ASKER_COMPARE] = "comparison", [ASKER_ATTEMPT] = "attempts",
    [ASKER_FOLLOW] = "follow",
};

/* --- what needs no more than a glance ------------------------------------------------------- */

static bool
look_at_pause(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    const char *pause;

    (void)template;
    if (context->ignores_pause)
        return true;
    if (!journal_pause(conn, context->migration, &pause, error))
        return false;
    if (pause != NULL)
        text_printf(held, "\"pgswap continue\" (paused %s)", pause);
    return true;
}

static bool
look_at_window(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    const Window *window = &context->settings->window;
    Pressure *p = context->pressure;
    const Result *result;

    if (window->text == NULL)
        return true;
    if (!p->zone_is_known)
    {
        result = statement_run(conn, error, "zone_known", "zone", window->zone, NULL);
        if (result == NULL)
            return false;
        if (!result_get_bool(result, 0, "known"))
            return error_set(error, ERROR_REFUSED,
                             "the server knows no time zone \"%s\", which --window names",
                             window->zone);
        p->zone_is_known = true;
    }
    result = statement_run(conn, error, template, "zone", window->zone, NULL);
    if (result == NULL)
        return false;
    if (!window_is_open(window, (int)result_get_int(result, 0, "day"),
                        (int)result_get_int(result, 0, "minute")))
        text_printf(held, "the window %s (it is %s)", window->text, result_get(result, 0, "said"));
    return true;
}

static bool
look_at_file(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    const char *file = context->settings->throttle_file;
    struct stat facts;

    (void)conn;
    (void)template;
    if (file == NULL || (stat(file, &facts) != 0 && errno == ENOENT))
        return true;
    if (stat(file, &facts) != 0)
        return error_set(error, ERROR_REFUSED,
                         "whether there is a file %s, which --throttle-file names, cannot be seen: "
                         "%s",
                         file, strerror(errno));
    text_printf(held, "file %s to be removed", file);
    return true;
}

static bool
look_at_nice(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    (void)conn;
    (void)template;
    (void)error;
    if (context->settings->nice == 100)
        text_append(held, "a --nice below 100");
    return true;
}

/* --- the table ------------------------------------------------------------------------------ */

/* The first that holds the work up counts, so what ends it comes first.  STOPS: an operator's word;
 * WRITES: load of the disks and replicas; WORKS: of the server. */
enum
{
    STOPS = 1 << ASKER_PHASE | 1 << ASKER_COPY | 1 << ASKER_INDEX | 1 << ASKER_ATTEMPT,
    WRITES = 1 << ASKER_COPY | 1 << ASKER_INDEX | 1 << ASKER_CATCHUP | 1 << ASKER_FOLLOW,
    WORKS = WRITES | 1 << ASKER_COMPARE,
};

const Signal signals[] = {
    {"snapshot", "--max-snapshot-age", 1 << ASKER_INDEX | 1 << ASKER_COMPARE, WAITING_AGE,
     look_at_snapshot, "snapshot_age", NULL},
    {"pause", "pgswap pause", STOPS, WAITING_OPERATOR, look_at_pause, "flags_read", "paused"},
    {"window", "--window", STOPS, WAITING_WINDOW, look_at_window, "local_time",
     "waiting for the window"},
    {"file", "--throttle-file", STOPS | WORKS, WAITING_FILE, look_at_file, NULL,
     "waiting for a file to go"},
    {"query", "--throttle-query", STOPS | WORKS, WAITING_QUERY, look_at_query, "query_answer",
     "waiting for the query"},
    {"nice", "--nice", 1 << ASKER_COPY | 1 << ASKER_CATCHUP | 1 << ASKER_COMPARE, WAITING_NICE,
     look_at_nice, NULL, "resting"},
    {"active", "--max-active", WORKS, WAITING_ACTIVE, look_at_sessions, "active_sessions",
     "waiting for fewer sessions"},
    {"lag", "--max-lag", WRITES, WAITING_REPLICA, look_at_lag, "lag", "waiting for a replica"},
    {"slot", "--max-slot-retained", WRITES, WAITING_SLOT, look_at_slots, "slot_retained",
     "waiting for a slot"},
    {"wal", "--max-wal-rate", WRITES, WAITING_WAL, look_at_wal, "wal_written",
     "waiting for less WAL"},
    {"space", "--min-free", WRITES, WAITING_DISK, look_at_space, "free_places",
     "waiting for disk space"},
};

const int signal_count = sizeof(signals) / sizeof(signals[0]);

/* --- the look ------------------------------------------------------------------------------- */

static Pressure *
pressure(Context *context)
{
    if (context->pressure == NULL)
        context->pressure = arena_alloc(context->arena, sizeof(Pressure));
    return context->pressure;
}

static bool
save(const Context *context, Conn *conn, const Signal *signal, Error *error)
{
    Pressure *p = context->pressure;
    char seconds[40];

    snprintf(seconds, sizeof(seconds), "%.3f", (double)p->unsaved_ms / 1000);
    p->unsaved_ms = 0;
    return context->migration->is_foreign ||
           statement_do(conn, error, "throttle_note", "signal", signal->name, "seconds", seconds,
                        "migration", context->migration->id_text, NULL);
}

/* words is NULL at the end of the wait. */
static bool
record_event(const Context *context, Conn *conn, const Signal *signal, const char *words,
             Error *error)
{
    char seconds[40];

    snprintf(seconds, sizeof(seconds), "%.3f", (double)context->pressure->held_ms / 1000);
    return context->migration->is_foreign ||
           statement_do(conn, error, "throttle_event", "signal", signal->name, "waiting_for", words,
                        "seconds", words == NULL ? seconds : "NULL", "migration",
                        context->migration->id_text, NULL);
}

/* People are told at once and then every 30 s; a signal that comes and goes is one wait. */
static bool
tell_people(Context *context, Conn *conn, const Signal *signal, const char *words, Error *error)
{
    Pressure *p = context->pressure;
    int64_t now = clock_ms(), over = p->over_at[signal->kind];

    if (over > 0 && now - over > FORGET_AFTER)
        waiting_is_over(&context->waiting, signal->kind);
    p->over_at[signal->kind] = 0;
    if (!waiting_is_due(&context->waiting, signal->kind, now))
        return true;
    if (signal->kind == WAITING_OPERATOR)
        log_info("%s waits for %s", context->migration->label, words);
    else
        log_info("waiting for %s (%s)", words, signal->option);
    if (p->is_told)
        return true;
    p->is_told = true;
    return record_event(context, conn, signal, words, error);
}

/* It holds nothing up any more. */
static bool
end_hold(Context *context, Conn *conn, Error *error)
{
    Pressure *p = context->pressure;
    const Signal *signal = p->holding;
    bool told = p->is_told;

    if (signal->kind == WAITING_OPERATOR)
        waiting_is_over(&context->waiting, signal->kind);
    p->over_at[signal->kind] = clock_ms();
    p->holding = NULL;
    p->is_told = false;
    return save(context, conn, signal, error) &&
           (!told || record_event(context, conn, signal, NULL, error));
}

/* Adds up, and tells. */
static bool
account(Context *context, Conn *conn, const Signal *signal, const char *words, Error *error)
{
    Pressure *p = context->pressure;
    int64_t now = clock_ms();

    if (p->holding != NULL)
    {
        p->held_ms += now - p->looked_at;
        p->unsaved_ms += now - p->looked_at;
    }
    p->looked_at = now;
    if (p->holding != NULL && p->holding != signal && !end_hold(context, conn, error))
        return false;
    if (signal == NULL)
        return true;
    if (p->holding == NULL)
        p->held_ms = 0;
    p->holding = signal;
    return tell_people(context, conn, signal, words, error) &&
           (p->unsaved_ms == 0 || save(context, conn, signal, error));
}

/* What cannot wait ends. */
static bool
end_work(const Signal *signal, const char *words, Error *error)
{
    error_set(error, ERROR_LIMIT, "%s: more than %s allows", words, signal->option);
    return error_hint(error,
                      "What has been done is kept: the same command continues from here, "
                      "with a larger %s or more --jobs.",
                      signal->option);
}

/* Nothing that was asked for is left out in silence. */
static void
warn_blind(Context *context)
{
    if (!context->pressure->warned_blind)
        log_warning_hint("no connection is left to look at --max-active, --throttle-query and "
                         "--max-snapshot-age during the comparison",
                         "The server or the role has room for too few connections.");
    context->pressure->warned_blind = true;
}

/* During a comparison one outside its snapshot, if anything is asked for that it waits for. */
static Conn *
connection_for(Context *context, Asker asker)
{
    const Settings *settings = context->settings;
    Conn *conn;

    if (asker != ASKER_COMPARE)
        return context->control;
    if (settings->max_active == 0 && settings->max_snapshot_age == 0 && settings->nice < 100 &&
        settings->throttle_query == NULL && settings->throttle_file == NULL)
        return NULL;
    conn = guard_connect_aside(context);
    if (conn == NULL)
        warn_blind(context);
    return conn;
}

static bool
look_along(Context *context, Asker asker, Conn *conn, Text *held, Error *error)
{
    const Signal *holding = NULL;

    for (int i = 0; holding == NULL && i < signal_count; i++)
    {
        const Signal *signal = &signals[i];

        if ((signal->askers & 1u << asker) == 0 || (conn == NULL && signal->template != NULL))
            continue;
        if (!signal->look(context, conn, signal->template, held, error))
            return false;
        if (held->length > 0)
            holding = signal;
    }
    if (holding != NULL && holding->in_progress == NULL)
        return end_work(holding, text_cstr(held), error);
    progress_stalled(holding != NULL ? holding->in_progress : NULL);
    return conn == NULL || account(context, conn, holding, text_cstr(held), error);
}

bool
signals_look(Context *context, Asker asker, Text *held, Error *error)
{
    Error failure = ERROR_INIT;
    Conn *conn;

    pressure(context);
    text_reset(held);
    conn = connection_for(context, asker);
    if (look_along(context, asker, conn, held, &failure))
        return true;
    if (failure.kind == ERROR_CONNECTION && conn != context->control)
    {
        guard_forget(context); /* for the next look another one is made */
        error_clear(&failure);
        text_reset(held);
        return true;
    }
    error_move(error, &failure);
    return false;
}

bool
signals_check(Context *context, Error *error)
{
    Text ignored = {0};
    bool ok = true;

    pressure(context);
    for (int i = 0; ok && i < signal_count; i++)
        if (signals[i].kind != WAITING_OPERATOR)
            ok = signals[i].look(context, context->control, signals[i].template, &ignored, error);
    text_clear(&ignored);
    return ok;
}
