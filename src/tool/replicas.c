/*
 * How far behind those are that replay what the server writes.
 *
 * The server measures lag by what a replica answers: one that has something to replay and says
 * nothing lags for as long as it is silent, by our clock.  One that is gone may come back with all
 * of it to replay: for --lag-grace it counts as lagging.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/statement.h"
#include "signals_private.h"
#include "ui/log.h"

enum
{
    LAG_DEFAULT = 5000 /* ms, where lag can be seen */
};

/* One of those named, with commas between them; any if none is. */
static bool
is_watched(const char *names, const char *name)
{
    size_t length;

    if (names == NULL)
        return true;
    for (const char *at = names; *at != '\0'; at += length + (at[length] == ','))
    {
        length = strcspn(at, ",");
        if (strlen(name) == length && strncmp(at, name, length) == 0)
            return true;
        if (at[length] == '\0')
            break;
    }
    return false;
}

static Replica *
find_replica(const Pressure *p, int64_t pid, const char *name)
{
    Replica *gone = NULL;

    for (Replica *replica = p->replicas; replica != NULL; replica = replica->next)
        if (replica->pid == pid)
            return replica;
        else if (replica->pid != 0 && replica->gone_at > 0 && strcmp(replica->name, name) == 0)
            gone = replica;
    return gone; /* it is back */
}

static Replica *
add_replica(Context *context)
{
    Pressure *p = context->pressure;
    Replica *replica;

    for (replica = p->replicas; replica != NULL; replica = replica->next)
        if (replica->pid == 0)
            return replica;
    replica = arena_alloc(context->arena, sizeof(*replica));
    replica->next = p->replicas;
    p->replicas = replica;
    return replica;
}

/* How long it has been silent, in ms. */
static int64_t
note_replica(Context *context, int64_t pid, const char *name, const char *reply, int64_t now)
{
    Replica *replica = find_replica(context->pressure, pid, name);

    if (replica == NULL)
        replica = add_replica(context);
    if (replica->pid != pid || strcmp(replica->reply, reply) != 0)
    {
        replica->pid = pid;
        replica->changed_at = now;
        snprintf(replica->name, sizeof(replica->name), "%s", name);
        snprintf(replica->reply, sizeof(replica->reply), "%s", reply);
    }
    replica->gone_at = 0;
    replica->is_seen = true;
    return now - replica->changed_at;
}

/* The worst of those that are there. */
static void
look_at_present(Context *context, const Result *result, int64_t most, Text *held, int64_t now)
{
    int64_t worst = most;
    char text[CLOCK_TEXT_SIZE];

    for (int i = 0; i < result_rows(result); i++)
    {
        const char *name = result_get(result, i, "name"), *reply = result_get(result, i, "reply");
        int64_t lag, silence;

        if (name == NULL || !is_watched(context->settings->lag_servers, name))
            continue;
        silence = note_replica(context, result_get_int(result, i, "pid"), name,
                               reply != NULL ? reply : "", now);
        lag = result_get_int(result, i, "lag");
        if (result_get_bool(result, i, "behind") && silence > lag)
            lag = silence;
        if (lag <= worst)
            continue;
        worst = lag;
        text_reset(held);
        text_printf(held, "replica \"%s\", which is %s behind", name, duration_format(text, lag));
    }
}

static void
look_at_gone(Context *context, Text *held, int64_t now)
{
    const Settings *settings = context->settings;
    char text[CLOCK_TEXT_SIZE];

    for (Replica *replica = context->pressure->replicas; replica != NULL; replica = replica->next)
    {
        if (replica->pid == 0 || replica->is_seen)
            continue;
        if (replica->gone_at == 0)
            replica->gone_at = now;
        if (now - replica->gone_at < settings->lag_grace)
        {
            if (held->length == 0)
                text_printf(held, "replica \"%s\", which is gone", replica->name);
            continue;
        }
        if (settings->lag_servers == NULL)
            log_warning("replica \"%s\" has been gone for %s: its lag counts no longer",
                        replica->name, duration_format(text, settings->lag_grace));
        replica->pid = 0;
    }
}

static bool
is_there(const Pressure *p, const char *name, size_t length)
{
    for (const Replica *replica = p->replicas; replica != NULL; replica = replica->next)
        if (replica->is_seen && strlen(replica->name) == length &&
            strncmp(replica->name, name, length) == 0)
            return true;
    return false;
}

/* Who is named has to be there: from the start, and else it is waited for. */
static bool
look_for_named(Context *context, bool from_the_start, Text *held, Error *error)
{
    size_t length;

    for (const char *at = context->settings->lag_servers; at != NULL && *at != '\0';
         at += length + (at[length] == ','))
    {
        length = strcspn(at, ",");
        if (is_there(context->pressure, at, length))
            continue;
        if (from_the_start)
        {
            error_set(error, ERROR_REFUSED,
                      "no replica \"%.*s\" is connected, which "
                      "--lag-servers names",
                      (int)length, at);
            return error_hint(error, "Its name is its application_name in pg_stat_replication.");
        }
        if (held->length == 0)
            text_printf(held, "replica \"%.*s\", which is not connected", (int)length, at);
    }
    return true;
}

/* By default lag is looked at where it can be; that it cannot is said then. */
static bool
see_nothing(Context *context, bool any, Error *error)
{
    Pressure *p = context->pressure;

    if (context->settings->max_lag > 0 || context->settings->lag_servers != NULL)
        return refuse_unseen("the lag of replicas", "--max-lag", "pg_read_all_stats", error);
    if (any && !p->warned_unseen)
        log_warning_hint(
            "replicas are connected, and this role cannot see how far they lag behind",
            "A superuser can GRANT pg_read_all_stats TO the role: then work waits while they lag.");
    p->warned_unseen = p->warned_unseen || any;
    return true;
}

bool
look_at_lag(Context *context, Conn *conn, const char *template, Text *held, Error *error)
{
    Pressure *p = context->pressure;
    int64_t most = context->settings->max_lag, now;
    const Result *result = statement_run(conn, error, template, NULL);
    bool first = !p->has_looked;

    if (result == NULL)
        return false;
    if (!result_get_bool(result, 0, "may_see"))
        return see_nothing(context, result_get(result, 0, "pid") != NULL, error);
    now = clock_ms();
    for (Replica *replica = p->replicas; replica != NULL; replica = replica->next)
        replica->is_seen = false;
    look_at_present(context, result, most > 0 ? most : LAG_DEFAULT, held, now);
    look_at_gone(context, held, now);
    p->has_looked = true;
    return look_for_named(context, first, held, error);
}
