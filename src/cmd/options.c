/*
 * getopt_long over the option rows, and the environment.
 */
#include "cmd/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/size.h"
#include "base/window.h"
#include "cmd/option_rows.h"
#include "tool/hook.h"

enum
{
    LONG_BASE = 1000 /* getopt's value for row i is LONG_BASE + i */
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
read_percent(const char *text, int64_t *number, Error *error)
{
    return strcmp(text, "0") == 0 || read_number_from_one(text, 100, number, error);
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
    case OPTION_FILE:
    case OPTION_FOLDER:
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
    case OPTION_PERCENT:
        return read_percent(value, field, error);
    case OPTION_SIZE:
        return size_parse(value, field, error);
    case OPTION_WINDOW:
        return window_parse(arena, value, field, error);
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
    bool *given; /* which rows: on the command line, which wins over the environment */
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
read_presets(Reader *reader)
{
    for (int i = 0; i < option_count; i++)
        if (option_rows[i].preset != NULL)
            store(reader, &option_rows[i], option_rows[i].preset, "default");
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
    for (int i = 0; i < option_count; i++)
        if (option_rows[i].name != NULL &&
            strcmp(variable_of(reader->arena, &option_rows[i]), name) == 0)
        {
            if (!reader->given[i] && (option_rows[i].commands & reader->bit) != 0)
                store(reader, &option_rows[i], value, name);
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
    for (int i = 0; i < option_count; i++)
    {
        if (option_rows[i].name == NULL)
            continue;
        longs[count++] =
            (struct option){option_rows[i].name,
                            option_rows[i].kind == OPTION_FLAG ? no_argument : required_argument,
                            NULL, LONG_BASE + i};
        if (option_rows[i].letter == 0 || option_rows[i].letter == '?')
            continue; /* that is what getopt answers for all that it does not know, too */
        *shorts++ = (char)option_rows[i].letter;
        if (option_rows[i].kind != OPTION_FLAG)
            *shorts++ = ':';
    }
    longs[count] = (struct option){0};
    *shorts = '\0';
}

/* The row of getopt's value, or -1. */
static int
row_of(int found)
{
    for (int i = 0; i < option_count; i++)
        if (found == LONG_BASE + i ||
            (option_rows[i].letter != 0 && found == option_rows[i].letter))
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
    else if ((option_rows[row].commands & reader->bit) == 0)
        fail_with_hint(reader, arena_printf(arena, "%s does not take option --%s", reader->command,
                                            option_rows[row].name));
    else if (wrong)
        fail_with_hint(reader, arena_printf(arena, "option --%s %s", option_rows[row].name,
                                            found == ':' ? "needs a value" : "takes no value"));
    else
    {
        reader->given[row] = true;
        store(reader, &option_rows[row], optarg,
              arena_printf(arena, "option --%s", option_rows[row].name));
    }
}

static void
read_arguments(Reader *reader, int argc, char **argv)
{
    size_t count = (size_t)option_count;
    struct option *longs = arena_alloc(reader->arena, sizeof(*longs) * (count + 1));
    char *shorts = arena_alloc(reader->arena, 3 * count + 2);
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

    *options = (Options){0};
    reader.given = arena_alloc(arena, sizeof(bool) * (size_t)option_count);
    read_presets(&reader);
    read_arguments(&reader, argc, argv);
    read_environment(&reader);
    return error->kind == ERROR_NONE && check_table(options, error);
}
