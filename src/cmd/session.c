/*
 * Connecting, and taking hold of a migration.
 */
#include "cmd/session.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/password.h"
#include "model/statement.h"
#include "sql/template.h"
#include "tool/diskfull.h"
#include "tool/guard.h"
#include "tool/polite.h"
#include "tool/throttle.h"
#include "ui/log.h"

enum
{
    CONNECT_TIMEOUT = 30000, /* ms */
    RECONNECT_PAUSE = 1000,  /* ms */
};

#ifdef __linux__
static const char platform[] = "linux";
#else
static const char platform[] = "other";
#endif

static void
on_notice(void *context, const char *conn_name_, const char *severity, const char *sqlstate,
          const char *message)
{
    (void)context;
    (void)sqlstate;
    log_message(LOG_DEBUG, "%s: %s: %s", conn_name_, severity, message);
}

static void
keyword(Session *session, int *count, const char *name, const char *value)
{
    if (value == NULL)
        return;
    session->keywords[*count] = name;
    session->values[*count] = value;
    (*count)++;
}

static bool
enter_password(Session *session, Error *error)
{
    int count = 0;

    session->password = password_ask(session->context.arena, session->context.loop, error);
    while (session->keywords[count] != NULL)
        count++;
    keyword(session, &count, "password", session->password);
    return session->password != NULL;
}

/* Connects; where the server asks for a password, so do we, if there is somebody to ask. */
static Conn *
connect_asking(Session *session, const ConnParams *params, const char *name, Error *error)
{
    Conn *conn = await_connect(session->context.loop, params, name, error);

    if (conn != NULL || !session->password_wanted || session->password != NULL ||
        session->options->no_password || !isatty(STDERR_FILENO))
        return conn;
    error_clear(error);
    return enter_password(session, error)
               ? await_connect(session->context.loop, params, name, error)
               : NULL;
}

static const char *
prologue(Session *session, const char *name, const char *synchronous_commit, Error *error)
{
    const Settings *settings = &session->options->settings;
    Arena *arena = session->context.arena;
    const char *ours = template_render(arena, "parameters_ours", error, "scope", "SESSION", NULL);
    const char *pinned = template_render(
        arena, "session", error, "application_name", name, "lock_timeout",
        number(READ_PATIENCE).text, "synchronous_commit", synchronous_commit,
        "maintenance_work_mem", settings->maintenance_work_mem, "platform", platform, NULL);

    return ours == NULL || pinned == NULL ? NULL : arena_printf(arena, "%s\n%s", ours, pinned);
}

bool
session_init(Session *session, Arena *arena, Loop *loop, const Options *options, json_t *report,
             Error *error)
{
    int count = 0;

    *session = (Session){.options = options,
                         .report = report,
                         .context = {.arena = arena, .loop = loop, .settings = &options->settings}};
    /* libpq would have them decide over values */
    unsetenv("PGTZ");
    unsetenv("PGDATESTYLE");
    keyword(session, &count, "dbname", options->dbname);
    keyword(session, &count, "host", options->host);
    keyword(session, &count, "port", options->port);
    keyword(session, &count, "user", options->user);
    keyword(session, &count, "target_session_attrs", "primary");
    keyword(session, &count, "fallback_application_name", "pgswap");
    session->control_params = (ConnParams){.keywords = session->keywords,
                                           .values = session->values,
                                           .prologue = prologue(session, "pgswap", "local", error),
                                           .session_pooler = options->session_pooler,
                                           .password_wanted = &session->password_wanted,
                                           .connect_timeout = CONNECT_TIMEOUT,
                                           .on_notice = on_notice};
    session->worker_params = session->control_params;
    session->context.control_params = &session->control_params;
    session->context.worker_params = &session->worker_params;
    return session->control_params.prologue != NULL &&
           (!options->ask_password || options->no_password || enter_password(session, error));
}

/* What to say differently, where the server did not let us in. */
static void
hint_refused(Error *error)
{
    static const struct
    {
        const char *sqlstate;
        const char *hint;
    } hints[] = {
        {"28P01", "Set PGPASSWORD, use a password file (.pgpass), or enter it with -W."},
        {"28000",
         "Set the role with -U or PGUSER, the database or a connection string with -d; the "
         "server's pg_hba.conf says who may connect from where."},
        {"3D000", "Set the database with -d or PGDATABASE."},
        {"42501", "The database's owner can allow it with GRANT CONNECT ON DATABASE."},
    };

    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
        if (error->kind == ERROR_REFUSED && error_is(error, hints[i].sqlstate))
            error_hint(error, "%s", hints[i].hint);
}

/* Where a pooler may stand between, another connection is open meanwhile: it may not be given the
 * same server session. */
bool
session_connect(Session *session, Error *error)
{
    ConnParams bare = session->control_params;
    Conn *other = NULL;

    bare.prologue = NULL;
    if (session->options->session_pooler)
    {
        other = connect_asking(session, &bare, "other", error);
        if (other == NULL)
        {
            hint_refused(error);
            return false;
        }
    }
    session->context.control = connect_asking(session, &session->control_params, "control", error);
    conn_close(other);
    session->context.patience = READ_PATIENCE;
    if (session->context.control != NULL)
        session->server_version = conn_server_version(session->context.control);
    if (session->context.control == NULL)
        hint_refused(error);
    return session->context.control != NULL;
}

void
session_close(Session *session)
{
    context_close_pool(&session->context);
    guard_forget(&session->context);
    conn_close(session->context.control);
    session->context.control = NULL;
}

bool
session_name_workers(Session *session, Error *error)
{
    const char *name = context_worker_name(session->context.arena, session->context.migration);
    const char *pinned = prologue(session, name, "off", error);

    if (pinned == NULL)
        return false;
    /* they work on rows, and on nothing else */
    session->worker_params.prologue = arena_printf(session->context.arena, "%s\n%s", pinned,
                                                   session->context.migration->parameters.session);
    return true;
}

/* With its lock. */
static bool
find_under_way(Session *session, Error *error)
{
    Context *context = &session->context;
    Target *target = &session->target;

    context->migration = NULL;
    if (!target_take(context->control, context->arena, session->options->table, target, error))
        return false;
    return (target->migration != 0 && !target->is_over) || target_refuse_unknown(target, error);
}

static bool
load(Session *session, Error *error)
{
    Context *context = &session->context;
    const Target *target = &session->target;

    context->writes_both = false;
    context->dual_writers = NULL;
    return journal_load(context->control, context->arena, target->migration, &context->migration,
                        error) &&
           journal_take_lease(context->control, context->migration, error) &&
           journal_reload(context->control, context->arena, context->migration, error) &&
           session_name_workers(session, error);
}

bool
session_find_migration(Session *session, Error *error)
{
    const Target *target = &session->target;

    return find_under_way(session, error) &&
           (!target->is_restored ||
            statement_do(session->context.control, error, "pair_restored", "blue", target->blue,
                         "green", target->green, "migration", number(target->migration).text,
                         NULL)) &&
           load(session, error);
}

bool
session_may_begin(Session *session, Error *error)
{
    session->has_begun = session->has_begun || throttle_refuse(&session->context, error);
    return session->has_begun;
}

bool
session_take_migration(Session *session, Error *error)
{
    return find_under_way(session, error) && target_may_go_on(&session->target, error) &&
           load(session, error) && guard_tables(&session->context, error);
}

/* A loss of the connection, or the lock that the lost session still holds, is worth another try,
 * for as long as --reconnect says; since is when the trouble began. */
static bool
wait_to_reconnect(Session *session, Error *failure, int64_t since)
{
    WaitingKind kind;

    if (failure->kind != ERROR_CONNECTION && failure->kind != ERROR_BUSY)
        return false;
    if (since == 0 || clock_ms() - since > session->options->reconnect)
        return false;
    kind = session->context.control != NULL ? WAITING_CONNECTION : WAITING_SERVER;
    if (waiting_is_due(&session->context.waiting, kind, clock_ms()))
        log_warning("%s%s%s; connecting again", failure->message,
                    failure->detail != NULL ? ": " : "",
                    failure->detail != NULL ? failure->detail : "");
    session_close(session);
    if (loop_sleep(session->context.loop, RECONNECT_PAUSE))
        return true;
    error_clear(failure);
    return context_may_go_on(&session->context, failure);
}

bool
session_retry(Session *session, CommandFunction once, Error *error)
{
    int64_t since = 0, connected_at;

    if (session->context.control == NULL && !session_connect(session, error))
        return false;
    connected_at = clock_ms();
    for (;;)
    {
        Error failure = ERROR_INIT;

        if (once(session, &failure))
            return true;
        if (failure.kind == ERROR_CONNECTION &&
            (since == 0 || clock_ms() - connected_at > session->options->reconnect))
            since = clock_ms(); /* a new trouble, not more of the last one */
        do
        {
            if (!wait_to_reconnect(session, &failure, since))
            {
                polite_explain(&session->context, &failure);
                diskfull_give_back(&session->context, &failure);
                error_move(error, &failure);
                return false;
            }
            error_clear(&failure);
        } while (!session_connect(session, &failure));
        connected_at = clock_ms();
    }
}
