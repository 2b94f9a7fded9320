/*
 * The option table, getopt_long over it, and the environment.
 */
#include "cmd/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

typedef enum OptionKind
{
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_LIST,     /* const char **, repeatable */
    OPTION_NUMBER,   /* int64_t, from 1 */
    OPTION_INT,      /* int, from 1 */
    OPTION_DURATION, /* int64_t, milliseconds */
    OPTION_HEADING,  /* a line in the help */
} OptionKind;

typedef struct OptionRow
{
    const char *name;
    int letter; /* 0 if none */
    OptionKind kind;
    size_t offset;
    const char *value; /* name of the value in the help */
    const char *help;
} OptionRow;

#define AT(field) offsetof(Options, field)
#define HEADING(text) NULL, 0, OPTION_HEADING, 0, NULL, text

static const OptionRow rows[] = {
    {HEADING("Connection (also PGHOST, PGPORT and the other variables of libpq)")},
    {"dbname", 'd', OPTION_TEXT, AT(dbname), "DBNAME", "database name, conninfo string or URI"},
    {"host", 'h', OPTION_TEXT, AT(host), "HOSTNAME", "server host or socket directory"},
    {"port", 'p', OPTION_TEXT, AT(port), "PORT", "server port"},
    {"username", 'U', OPTION_TEXT, AT(user), "USERNAME", "role to connect as"},
    {"no-password", 'w', OPTION_FLAG, AT(no_password), NULL, "never prompt for a password"},
    {"password", 'W', OPTION_FLAG, AT(ask_password), NULL, "prompt for a password"},
    {"session-pooler", 0, OPTION_FLAG, AT(session_pooler), NULL,
     "connect through a pooler that keeps a server session for each connection"},
    {HEADING("The change")},
    {"table", 't', OPTION_TEXT, AT(table), "TABLE", "the table, instead of the argument"},
    {"alter", 'a', OPTION_LIST, AT(alters), "ACTIONS",
     "what you would write after ALTER TABLE name; repeatable"},
    {"map", 'm', OPTION_LIST, AT(maps), "COLUMN=EXPR",
     "value of a column of the new table over the columns of the old; repeatable"},
    {"reverse-map", 0, OPTION_LIST, AT(reverse_maps), "COLUMN=EXPR",
     "for revert: value of a column of the old table over the columns of the new; repeatable"},
    {"no-revert", 0, OPTION_FLAG, AT(no_revert), NULL, "go on where there is no way back"},
    {"file", 'f', OPTION_TEXT, AT(file), "FILE", "SQL statements in which :green is the new table"},
    {"matviews", 0, OPTION_TEXT, AT(matviews), "refresh",
     "build materialized views again, empty until refreshed after the swap"},
    {"force", 0, OPTION_TEXT, AT(force), "publication",
     "go on although a publication of all tables or sequences sees ours"},
    {"force-rewrite", 0, OPTION_FLAG, AT(force_rewrite), NULL,
     "rewrite even where a plain ALTER TABLE would not"},
    {HEADING("The run")},
    {"until", 0, OPTION_TEXT, AT(until), "ready", "stop before the swap"},
    {"follow", 0, OPTION_DURATION, AT(follow), "TIME",
     "after the swap, keep the old table in sync for so long"},
    {"jobs", 'j', OPTION_INT, AT(settings.jobs), "NUM", "parallel connections (2)"},
    {"chunk-time", 0, OPTION_DURATION, AT(settings.chunk_time), "TIME",
     "aim of one copy transaction (500ms)"},
    {"chunk-blocks", 0, OPTION_NUMBER, AT(settings.chunk_blocks), "NUM",
     "fixed chunk size in heap blocks instead"},
    {"max-lag", 0, OPTION_DURATION, AT(settings.max_lag), "TIME",
     "replica lag that holds the copy up (5s)"},
    {"maintenance-work-mem", 0, OPTION_TEXT, AT(settings.maintenance_work_mem), "SIZE",
     "for index builds (the server's own)"},
    {"reconnect", 0, OPTION_DURATION, AT(reconnect), "TIME",
     "try so long to get a lost connection back (1min)"},
    {"row-capture", 0, OPTION_FLAG, AT(settings.row_capture), NULL,
     "capture with row-level triggers instead of statement-level ones"},
    {HEADING("The swap")},
    {"lock-timeout", 0, OPTION_DURATION, AT(settings.lock_timeout), "TIME",
     "longest wait for a lock; the first attempt waits a tenth of it (250ms)"},
    {"max-lock-hold", 0, OPTION_DURATION, AT(settings.max_lock_hold), "TIME",
     "longest the lock is held (1s)"},
    {"swap-deadline", 0, OPTION_DURATION, AT(settings.swap_deadline), "TIME",
     "for all attempts together (10min)"},
    {"retry-pause", 0, OPTION_DURATION, AT(settings.retry_pause), "TIME",
     "longest pause between two attempts (1min)"},
    {"blocker-age", 0, OPTION_DURATION, AT(settings.blocker_age), "TIME",
     "do not queue behind older transactions (1s)"},
    {"converge-deadline", 0, OPTION_DURATION, AT(settings.converge_deadline), "TIME",
     "for the backlog to become small (1h)"},
    {"old-snapshots", 0, OPTION_TEXT, AT(old_snapshots), "wait|strict|ignore",
     "what to do about transactions with old snapshots (wait)"},
    {"cancel-blockers", 0, OPTION_DURATION, AT(settings.cancel_blockers), "AGE",
     "cancel statements of older transactions that block the lock"},
    {"terminate-blockers", 0, OPTION_DURATION, AT(settings.terminate_blockers), "AGE",
     "terminate older sessions that block the lock"},
    {"hold", 0, OPTION_FLAG, AT(hold), NULL, "run: wait before the swap, in sync, for \"swap\""},
    {"hook-before-swap", 0, OPTION_TEXT, AT(settings.hook_before_swap), "COMMAND",
     "run this before the swap; a failure stops it"},
    {"hook-after-swap", 0, OPTION_TEXT, AT(settings.hook_after_swap), "COMMAND",
     "run this after the swap"},
    {"hook-failure", 0, OPTION_TEXT, AT(settings.hook_failure), "COMMAND",
     "run this when the command fails"},
    {"drain-keys", 0, OPTION_NUMBER, AT(settings.drain_keys), "NUM",
     "swap with at most so many keys pending (1000)"},
    {"keep", 0, OPTION_DURATION, AT(keep), "TIME", "finish: refuse so soon after the swap"},
    {HEADING("Output")},
    {"json", 0, OPTION_FLAG, AT(json), NULL, "the result as one JSON object"},
    {"log-format", 0, OPTION_TEXT, AT(log_format), "text|json", "form of diagnostics"},
    {"quiet", 'q', OPTION_FLAG, AT(quiet), NULL, "warnings and errors only"},
    {"verbose", 'v', OPTION_FLAG, AT(verbose), NULL, "tell more"},
    {HEADING("For development")},
    {"templates", 0, OPTION_TEXT, AT(templates), "DIR", "read SQL templates from here"},
    {"pause-at", 0, OPTION_TEXT, AT(settings.pause_at), "POINT",
     "wait at a named point while its advisory lock is held"},
};

enum
{
    ROW_COUNT = sizeof(rows) / sizeof(rows[0]),
    LONG_BASE = 1000 /* getopt's value for row i without a letter: LONG_BASE + i */
};

static const Settings default_settings = {
    .jobs = 2,
    .chunk_time = 500,
    .lock_timeout = 250,
    .swap_deadline = 600000,
    .retry_pause = 60000,
    .max_lock_hold = 1000,
    .max_lag = 5000,
    .blocker_age = 1000,
    .drain_keys = 1000,
    .converge_deadline = 3600000,
};

static bool
read_number(const char *text, int64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number > 0;
}

static void
append(Arena *arena, const char ***list, const char *value)
{
    size_t count = 0;
    const char **grown;

    while (*list != NULL && (*list)[count] != NULL)
        count++;
    grown = arena_alloc(arena, sizeof(char *) * (count + 2));
    if (count > 0)
        memcpy(grown, *list, sizeof(char *) * count);
    grown[count] = value;
    *list = grown;
}

static bool
store(Arena *arena, const OptionRow *row, const char *value, Options *options, Error *error)
{
    void *field = (char *)options + row->offset;
    int64_t number;

    switch (row->kind)
    {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_TEXT:
        *(const char **)field = value;
        return true;
    case OPTION_LIST:
        append(arena, (const char ***)field, value);
        return true;
    case OPTION_DURATION:
        return duration_parse(value, field, error) || error_context(error, "--%s", row->name);
    case OPTION_NUMBER:
    case OPTION_INT:
        if (!read_number(value, &number) || (row->kind == OPTION_INT && number > 1000))
            return error_set(error, ERROR_FAULT, "--%s takes a number from 1%s, not \"%s\"",
                             row->name, row->kind == OPTION_INT ? " to 1000" : "", value);
        if (row->kind == OPTION_INT)
            *(int *)field = (int)number;
        else
            *(int64_t *)field = number;
        return true;
    case OPTION_HEADING:
        break;
    }
    return error_set(error, ERROR_FAULT, "unknown option");
}

/* PGSWAP_LOCK_TIMEOUT for lock-timeout. */
static const char *
from_environment(const OptionRow *row)
{
    char name[64] = "PGSWAP_";
    size_t length = strlen(name);

    for (const char *c = row->name; *c != '\0' && length < sizeof(name) - 1; c++)
        name[length++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    name[length] = '\0';
    return getenv(name);
}

static bool
read_environment(Arena *arena, Options *options, Error *error)
{
    for (int i = 0; i < ROW_COUNT; i++)
    {
        const char *value = rows[i].name != NULL ? from_environment(&rows[i]) : NULL;

        if (value == NULL || (rows[i].kind == OPTION_FLAG && strcmp(value, "on") != 0 &&
                              strcmp(value, "1") != 0 && strcmp(value, "true") != 0))
            continue;
        if (!store(arena, &rows[i], value, options, error))
            return error_context(error, "in the environment");
    }
    return true;
}

static void
make_getopt(struct option *longs, char *shorts)
{
    int count = 0;

    *shorts++ = ':';
    for (int i = 0; i < ROW_COUNT; i++)
    {
        if (rows[i].name == NULL)
            continue;
        longs[count++] = (struct option){
            rows[i].name, rows[i].kind == OPTION_FLAG ? no_argument : required_argument, NULL,
            LONG_BASE + i};
        if (rows[i].letter == 0)
            continue;
        *shorts++ = (char)rows[i].letter;
        if (rows[i].kind != OPTION_FLAG)
            *shorts++ = ':';
    }
    longs[count++] = (struct option){"help", no_argument, NULL, '?'};
    longs[count] = (struct option){0};
    *shorts = '\0';
}

static const OptionRow *
row_of(int found)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (found == LONG_BASE + i || (rows[i].letter != 0 && found == rows[i].letter))
            return &rows[i];
    return NULL;
}

static bool
read_arguments(Arena *arena, int argc, char **argv, Options *options, bool *help, Error *error)
{
    struct option longs[ROW_COUNT + 2];
    char shorts[3 * ROW_COUNT + 2];
    int found;

    make_getopt(longs, shorts);
    optind = 1;
    opterr = 0;
    while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
    {
        const OptionRow *row = row_of(found);

        if (found == '?' && (optopt == 0 || optopt == '?') &&
            (strcmp(argv[optind - 1], "-?") == 0 || strcmp(argv[optind - 1], "--help") == 0))
            return *help = true;
        if (found == ':' || row == NULL)
        {
            error_set(error, ERROR_FAULT,
                      found == ':' ? "option %s needs a value" : "unknown option %s",
                      argv[optind - 1]);
            return error_hint(error, "pgswap --help lists them.");
        }
        if (!store(arena, row, optarg, options, error))
            return false;
    }
    if (optind < argc)
        options->table = argv[optind++];
    return optind >= argc ||
           error_set(error, ERROR_FAULT, "too many arguments, from \"%s\" on", argv[optind]);
}

static bool
read_old_snapshots(Options *options, Error *error)
{
    static const char *const names[] = {"wait", "strict", "ignore"};

    for (int i = 0; options->old_snapshots != NULL && i < 3; i++)
        if (strcmp(options->old_snapshots, names[i]) == 0)
        {
            options->settings.old_snapshots = (OldSnapshots)i;
            return true;
        }
    return options->old_snapshots == NULL ||
           error_set(error, ERROR_FAULT, "--old-snapshots takes wait, strict or ignore, not \"%s\"",
                     options->old_snapshots);
}

/* Without its words: there may be a password in it. */
static bool
check_table(const Options *options, Error *error)
{
    const char *table = options->table;

    if (table == NULL ||
        (strncmp(table, "postgres://", 11) != 0 && strncmp(table, "postgresql://", 13) != 0 &&
         (strchr(table, '=') == NULL || strchr(table, '"') != NULL)))
        return true;
    error_set(error, ERROR_FAULT, "a connection string was given in the place of a table");
    return error_hint(error, "A connection string goes with -d.");
}

bool
options_read(Arena *arena, int argc, char **argv, Options *options, bool *help, Error *error)
{
    *options = (Options){.settings = default_settings, .reconnect = 60000};
    *help = false;
    if (!read_environment(arena, options, error) ||
        !read_arguments(arena, argc, argv, options, help, error) || !check_table(options, error))
        return false;
    if (options->until != NULL && strcmp(options->until, "ready") != 0)
        return error_set(error, ERROR_FAULT, "--until takes \"ready\", not \"%s\"", options->until);
    if (!read_old_snapshots(options, error))
        return false;
    if (options->settings.lock_timeout == 0 || options->settings.max_lock_hold == 0)
        return error_set(error, ERROR_FAULT,
                         "--lock-timeout and --max-lock-hold must be longer than 0");
    if (options->force != NULL && strcmp(options->force, "publication") != 0)
        return error_set(error, ERROR_FAULT, "--force takes \"publication\", not \"%s\"",
                         options->force);
    if (options->matviews != NULL && strcmp(options->matviews, "refresh") != 0)
        return error_set(error, ERROR_FAULT, "--matviews takes \"refresh\", not \"%s\"",
                         options->matviews);
    options->settings.refresh_matviews = options->matviews != NULL;
    if (options->log_format != NULL && strcmp(options->log_format, "text") != 0 &&
        strcmp(options->log_format, "json") != 0)
        return error_set(error, ERROR_FAULT, "--log-format takes text or json, not \"%s\"",
                         options->log_format);
    return true;
}

void
options_help(void)
{
    for (int i = 0; i < ROW_COUNT; i++)
    {
        char left[64];

        if (rows[i].kind == OPTION_HEADING)
        {
            printf("\n%s:\n", rows[i].help);
            continue;
        }
        snprintf(left, sizeof(left), "%c%c%s--%s%s%s", rows[i].letter != 0 ? '-' : ' ',
                 rows[i].letter != 0 ? rows[i].letter : ' ', rows[i].letter != 0 ? ", " : "  ",
                 rows[i].name, rows[i].value != NULL ? "=" : "",
                 rows[i].value != NULL ? rows[i].value : "");
        printf("  %-34s %s\n", left, rows[i].help);
    }
}
