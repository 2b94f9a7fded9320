/*
 * The option table, getopt_long over it, and the environment.
 */
#include "cmd/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "tool/hook.h"
#include "ui/wrap.h"

typedef enum OptionKind
{
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_LIST,     /* const char **, repeatable */
    OPTION_NUMBER,   /* int64_t, from 1 */
    OPTION_INT,      /* int, from 1 to 1000 */
    OPTION_DURATION, /* int64_t, milliseconds */
    OPTION_TIME,     /* the same, longer than 0 */
    OPTION_WORD,     /* int: which of the words in value, from 0 */
    OPTION_ONLY,     /* bool; the value must be the word in value */
    OPTION_HEADING,  /* a line in the help */
} OptionKind;

typedef struct OptionRow
{
    const char *name;
    int letter; /* 0 if none */
    OptionKind kind;
    size_t offset;
    unsigned commands; /* that take it */
    const char *value; /* name of the value in the help, or the words that are allowed: a|b|c */
    const char *help;
} OptionRow;

/* Which commands take an option: those that have a use for it, and no other. */
enum
{
    ALL = COMMAND_ALL,
    CHANGE = COMMAND_PLAN | COMMAND_RUN,
    RUN = COMMAND_RUN,
    COPY = COMMAND_RUN | COMMAND_SWAP, /* swap copies again where capture was lost */
    SWAP = COMMAND_RUN | COMMAND_SWAP | COMMAND_REVERT,
    COMPARE = SWAP | COMMAND_VERIFY,
    APPLY = COMPARE | COMMAND_FOLLOW,
    RECONNECT = APPLY | COMMAND_FINISH | COMMAND_ABORT,
    LOCK = SWAP | COMMAND_FINISH | COMMAND_ABORT, /* what others have to wait for */
};

#define AT(field) offsetof(Options, field)
#define HEADING(text) NULL, 0, OPTION_HEADING, 0, 0, NULL, text

static const OptionRow rows[] = {
    {HEADING("Connection (also PGHOST, PGPORT and the other variables of libpq)")},
    {"dbname", 'd', OPTION_TEXT, AT(dbname), ALL, "DBNAME",
     "database name, conninfo string or URI"},
    {"host", 'h', OPTION_TEXT, AT(host), ALL, "HOSTNAME", "server host or socket directory"},
    {"port", 'p', OPTION_TEXT, AT(port), ALL, "PORT", "server port"},
    {"username", 'U', OPTION_TEXT, AT(user), ALL, "USERNAME", "role to connect as"},
    {"no-password", 'w', OPTION_FLAG, AT(no_password), ALL, NULL, "never prompt for a password"},
    {"password", 'W', OPTION_FLAG, AT(ask_password), ALL, NULL, "prompt for a password"},
    {"session-pooler", 0, OPTION_FLAG, AT(session_pooler), ALL, NULL,
     "connect through a pooler in session mode"},
    {HEADING("The table")},
    {"table", 't', OPTION_TEXT, AT(table), ALL, "TABLE", "the table, instead of the argument"},
    {HEADING("The change")},
    {"alter", 'a', OPTION_LIST, AT(alters), CHANGE, "ACTIONS",
     "what you would write after ALTER TABLE name; repeatable"},
    {"map", 'm', OPTION_LIST, AT(maps), CHANGE, "COLUMN=EXPR",
     "a new column as an expression over the old columns; repeatable"},
    {"reverse-map", 0, OPTION_LIST, AT(reverse_maps), CHANGE, "COLUMN=EXPR",
     "for revert: an old column over the new columns; repeatable"},
    {"no-revert", 0, OPTION_FLAG, AT(no_revert), CHANGE, NULL,
     "go on although the swap cannot be reverted"},
    {"file", 'f', OPTION_TEXT, AT(file), CHANGE, "FILE",
     "SQL statements in which :green is the new table"},
    {"matviews", 0, OPTION_ONLY, AT(settings.refresh_matviews), CHANGE, "refresh",
     "refresh materialized views after the swap that cannot be built before it"},
    {"force", 0, OPTION_ONLY, AT(settings.force_publication), CHANGE, "publication",
     "go on despite a publication FOR ALL TABLES or FOR ALL SEQUENCES"},
    {"force-rewrite", 0, OPTION_FLAG, AT(settings.force_rewrite), CHANGE, NULL,
     "rewrite even where a plain ALTER TABLE would not"},
    {HEADING("The run")},
    {"until", 0, OPTION_ONLY, AT(until_ready), RUN, "ready", "stop before the swap"},
    {"follow", 0, OPTION_DURATION, AT(follow), COMMAND_RUN | COMMAND_FOLLOW, "TIME",
     "after the swap, keep the old table in sync this long"},
    {"jobs", 'j', OPTION_INT, AT(settings.jobs), COMPARE, "NUM", "parallel connections (2)"},
    {"chunk-time", 0, OPTION_DURATION, AT(settings.chunk_time), COPY, "TIME",
     "target duration of one copy transaction (500ms)"},
    {"chunk-blocks", 0, OPTION_NUMBER, AT(settings.chunk_blocks), COPY, "NUM",
     "fixed chunk size in heap blocks instead"},
    {"max-lag", 0, OPTION_DURATION, AT(settings.max_lag), COPY, "TIME",
     "replica lag that pauses the copy (5s)"},
    {"maintenance-work-mem", 0, OPTION_TEXT, AT(settings.maintenance_work_mem), LOCK, "SIZE",
     "for index builds (the server's setting)"},
    {"reconnect", 0, OPTION_DURATION, AT(reconnect), RECONNECT, "TIME",
     "how long to try to reconnect (1min)"},
    {"row-capture", 0, OPTION_FLAG, AT(settings.row_capture), SWAP, NULL,
     "capture with row-level triggers instead of statement-level ones"},
    {HEADING("The swap")},
    {"lock-timeout", 0, OPTION_TIME, AT(settings.lock_timeout), LOCK, "TIME",
     "longest wait for a lock; first attempt: a tenth of it (250ms)"},
    {"max-lock-hold", 0, OPTION_TIME, AT(settings.max_lock_hold), LOCK, "TIME",
     "longest time the lock is held (1s)"},
    {"swap-deadline", 0, OPTION_DURATION, AT(settings.swap_deadline),
     LOCK | COMMAND_VERIFY | COMMAND_PAUSE | COMMAND_CONTINUE, "TIME",
     "for all attempts together (10min)"},
    {"retry-pause", 0, OPTION_DURATION, AT(settings.retry_pause), LOCK, "TIME",
     "longest pause between two attempts (1min)"},
    {"blocker-age", 0, OPTION_DURATION, AT(settings.blocker_age), LOCK, "TIME",
     "do not queue behind older transactions (1s)"},
    {"converge-deadline", 0, OPTION_DURATION, AT(settings.converge_deadline), APPLY, "TIME",
     "longest time to catch up with the changes (1h)"},
    {"old-snapshots", 0, OPTION_WORD, AT(settings.old_snapshots), SWAP, "wait|strict|ignore",
     "transactions with old snapshots (wait)"},
    {"cancel-blockers", 0, OPTION_DURATION, AT(settings.cancel_blockers), LOCK, "AGE",
     "cancel statements of older transactions in the way"},
    {"terminate-blockers", 0, OPTION_DURATION, AT(settings.terminate_blockers), LOCK, "AGE",
     "terminate sessions with older transactions in the way"},
    {"hold", 0, OPTION_FLAG, AT(hold), RUN, NULL,
     "stay in sync before the swap until \"pgswap swap\""},
    {"no-wait", 0, OPTION_FLAG, AT(no_wait), COMMAND_SWAP, NULL,
     "do not wait for the run that it releases"},
    {"drain-keys", 0, OPTION_NUMBER, AT(settings.drain_keys), APPLY, "NUM",
     "swap when at most this many changes are left (1000)"},
    {"keep", 0, OPTION_DURATION, AT(keep), COMMAND_FINISH, "TIME",
     "refuse earlier than this after the swap"},
    {HEADING("Hooks")},
    {"hook-before-swap", 0, OPTION_TEXT, AT(settings.hook_before_swap), SWAP, "COMMAND",
     "run this before the swap; a failure stops it"},
    {"hook-after-swap", 0, OPTION_TEXT, AT(settings.hook_after_swap), LOCK, "COMMAND",
     "run this after the swap"},
    {"hook-failure", 0, OPTION_TEXT, AT(settings.hook_failure), ALL, "COMMAND",
     "run this when the command fails"},
    {HEADING("Output")},
    {"json", 0, OPTION_FLAG, AT(json), ALL, NULL, "the result as one JSON object"},
    {"log-format", 0, OPTION_WORD, AT(log_format), ALL, "text|json",
     "format of messages on standard error"},
    {"quiet", 'q', OPTION_FLAG, AT(quiet), ALL, NULL,
     "only warnings, errors, and what plan and status print"},
    {"verbose", 'v', OPTION_FLAG, AT(verbose), ALL, NULL, "more messages"},
    {"help", '?', OPTION_FLAG, AT(help), ALL, NULL, "this help"},
    {HEADING("For development")},
    {"templates", 0, OPTION_TEXT, AT(templates), ALL, "DIR", "read SQL templates from here"},
    {"pause-at", 0, OPTION_TEXT, AT(settings.pause_at), ALL, "POINT,...",
     "wait at named points while their advisory locks are held"},
};

enum
{
    ROW_COUNT = sizeof(rows) / sizeof(rows[0]),
    LONG_BASE = 1000 /* getopt's value for row i is LONG_BASE + i */
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

/* --- values ------------------------------------------------------------------------------- */

static bool
read_number_from_one(const char *text, int64_t last, int64_t *number, Error *error)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *number >= 1 && *number <= last)
        return true;
    if (last == INT64_MAX)
        return error_set(error, ERROR_FAULT, "\"%s\" is not a number from 1 on", text);
    return error_set(error, ERROR_FAULT, "\"%s\" is not a number from 1 to %" PRId64, text, last);
}

static bool
read_int(const char *text, int *number, Error *error)
{
    int64_t wide;

    if (!read_number_from_one(text, 1000, &wide, error))
        return false;
    *number = (int)wide;
    return true;
}

/* Which of the words a|b|c it is, from 0. */
static bool
read_allowed_word(const char *text, const char *words, int *number, Error *error)
{
    size_t length;
    int which = 0;

    for (const char *word = words;; word += length + 1, which++)
    {
        length = strcspn(word, "|");
        if (strlen(text) == length && strncmp(text, word, length) == 0)
        {
            *number = which;
            return true;
        }
        if (word[length] == '\0')
            break;
    }
    error_set(error, ERROR_FAULT, "invalid value \"%s\"", text);
    return error_hint(error, "Allowed: %s.", words);
}

/* A flag has no value on the command line; in the environment it is on or off. */
static bool
read_flag(const char *text, bool *flag, Error *error)
{
    int word = 0;

    if (text != NULL && !read_allowed_word(text, "off|on|false|true|0|1", &word, error))
        return false;
    *flag = text == NULL || word % 2 == 1;
    return true;
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
read_value(Arena *arena, const OptionRow *row, const char *value, void *field, Error *error)
{
    int word;

    switch (row->kind)
    {
    case OPTION_FLAG:
        return read_flag(value, field, error);
    case OPTION_TEXT:
        *(const char **)field = value;
        return true;
    case OPTION_LIST:
        append(arena, (const char ***)field, value);
        return true;
    case OPTION_DURATION:
        return duration_parse(value, field, error);
    case OPTION_TIME:
        return duration_parse(value, field, error) &&
               (*(int64_t *)field > 0 ||
                error_set(error, ERROR_FAULT, "\"%s\" is not longer than 0", value));
    case OPTION_NUMBER:
        return read_number_from_one(value, INT64_MAX, field, error);
    case OPTION_INT:
        return read_int(value, field, error);
    case OPTION_WORD:
        return read_allowed_word(value, row->value, field, error);
    case OPTION_ONLY:
        *(bool *)field = read_allowed_word(value, row->value, &word, error);
        return *(bool *)field;
    case OPTION_HEADING:
        break;
    }
    abort();
}

/* --- where they come from ------------------------------------------------------------------ */

/* What is read goes on behind an error, to know whether that is to be told in JSON. */
typedef struct Reader
{
    Arena *arena;
    const char *command;
    unsigned bit;
    Options *options;
    bool given[ROW_COUNT]; /* on the command line, which wins over the environment */
    Error *error;
} Reader;

/* source is what to blame: "option --jobs", "PGSWAP_JOBS". */
static void
store(Reader *reader, const OptionRow *row, const char *value, const char *source)
{
    Error failure = ERROR_INIT;

    if (!read_value(reader->arena, row, value, (char *)reader->options + row->offset, &failure))
    {
        error_context(&failure, "%s", source);
        error_move(reader->error, &failure);
    }
    error_clear(&failure);
}

static void
fail_with_hint(Reader *reader, const char *message)
{
    Error failure = ERROR_INIT;

    error_set(&failure, ERROR_FAULT, "%s", message);
    error_hint(&failure, "\"pgswap %s%s--help\" lists the options.", reader->command,
               *reader->command != '\0' ? " " : "");
    error_move(reader->error, &failure);
}

/* PGSWAP_LOCK_TIMEOUT for lock-timeout. */
static const char *
variable_of(Arena *arena, const OptionRow *row)
{
    char *name = arena_printf(arena, "PGSWAP_%s", row->name);

    for (char *c = name; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return name;
}

static void
take_variable(Reader *reader, const char *name, const char *value)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (rows[i].name != NULL && strcmp(variable_of(reader->arena, &rows[i]), name) == 0)
        {
            if (!reader->given[i] && (rows[i].commands & reader->bit) != 0)
                store(reader, &rows[i], value, name);
            return;
        }
    if (!hook_is_variable(name))
        fail_with_hint(
            reader,
            arena_printf(reader->arena, "there is no option for environment variable %s", name));
}

static void
read_environment(Reader *reader)
{
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
    {
        const char *equals = strchr(*entry, '=');

        if (equals != NULL && equals[1] != '\0' && strncmp(*entry, "PGSWAP_", 7) == 0)
            take_variable(reader,
                          arena_printf(reader->arena, "%.*s", (int)(equals - *entry), *entry),
                          equals + 1);
    }
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
        if (rows[i].letter == 0 || rows[i].letter == '?')
            continue; /* that is what getopt answers for all that it does not know, too */
        *shorts++ = (char)rows[i].letter;
        if (rows[i].kind != OPTION_FLAG)
            *shorts++ = ':';
    }
    longs[count] = (struct option){0};
    *shorts = '\0';
}

/* The row of getopt's value, or -1. */
static int
row_of(int found)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (found == LONG_BASE + i || (rows[i].letter != 0 && found == rows[i].letter))
            return i;
    return -1;
}

/* found and optopt are getopt's: what it found or, if that is ':' or '?', what is wrong with. */
static void
take_argument(Reader *reader, int found, const char *argument)
{
    Arena *arena = reader->arena;
    bool wrong = found == ':' || (found == '?' && optopt != '?');
    int row = row_of(found == ':' || found == '?' ? optopt : found);

    if (row < 0 && optopt == 0)
        fail_with_hint(reader, arena_printf(arena, "there is no option %s", argument));
    else if (row < 0)
        fail_with_hint(reader, arena_printf(arena, "there is no option -%c", optopt));
    else if ((rows[row].commands & reader->bit) == 0)
        fail_with_hint(reader, arena_printf(arena, "%s does not take option --%s", reader->command,
                                            rows[row].name));
    else if (wrong)
        fail_with_hint(reader, arena_printf(arena, "option --%s %s", rows[row].name,
                                            found == ':' ? "needs a value" : "takes no value"));
    else
    {
        reader->given[row] = true;
        store(reader, &rows[row], optarg, arena_printf(arena, "option --%s", rows[row].name));
    }
}

static void
read_arguments(Reader *reader, int argc, char **argv)
{
    struct option longs[ROW_COUNT + 1];
    char shorts[3 * ROW_COUNT + 2];
    int found;

    make_getopt(longs, shorts);
    optind = 1;
    opterr = 0;
    while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
        take_argument(reader, found, argv[optind - 1]);
    if (optind < argc)
        reader->options->table = argv[optind++];
    if (optind < argc)
        error_set(reader->error, ERROR_FAULT, "too many arguments, from \"%s\" on", argv[optind]);
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
options_read(Arena *arena, const char *command, unsigned bit, int argc, char **argv,
             Options *options, Error *error)
{
    Reader reader = {
        .arena = arena, .command = command, .bit = bit, .options = options, .error = error};

    *options = (Options){.settings = default_settings, .reconnect = 60000};
    read_arguments(&reader, argc, argv);
    read_environment(&reader);
    return error->kind == ERROR_NONE && check_table(options, error);
}

/* --- help ---------------------------------------------------------------------------------- */

enum
{
    INDENT = 32, /* where the explanations begin */
    WIDTH = 80   /* where there is no terminal: help is for people */
};

static void
print_option(const OptionRow *row)
{
    char left[64];
    int columns = wrap_columns(STDOUT_FILENO);
    Text text = {0}, lines = {0};

    snprintf(left, sizeof(left), "%c%c%s--%s%s%s", row->letter != 0 ? '-' : ' ',
             row->letter != 0 ? row->letter : ' ', row->letter != 0 ? ", " : "  ", row->name,
             row->value != NULL ? "=" : "", row->value != NULL ? row->value : "");
    text_printf(&text, "  %-29s", left);
    if (text.length >= INDENT)
        text_printf(&text, "\n%*s", INDENT - 1, "");
    text_printf(&text, " %s\n", row->help);
    wrap_append(&lines, text_cstr(&text), columns > 0 ? columns : WIDTH, 0, INDENT);
    printf("%s", text_cstr(&lines));
    text_clear(&lines);
    text_clear(&text);
}

void
options_help(unsigned commands)
{
    const char *heading = NULL;

    for (int i = 0; i < ROW_COUNT; i++)
    {
        if (rows[i].kind == OPTION_HEADING)
            heading = rows[i].help;
        if ((rows[i].commands & commands) == 0)
            continue;
        if (heading != NULL)
            printf("\n%s:\n", heading);
        heading = NULL;
        print_option(&rows[i]);
    }
}
