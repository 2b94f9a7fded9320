/*
 * A program of the build, which makes documents of the rows that pgswap itself works with: those of
 * commands, options, exit codes and signals.
 *
 *     document man           the man page
 *     document completion    the completion for bash
 *     document options       the table of options in the README
 *     document codes         that of the exit codes
 *     document signals       that of the signals, in doc/throttle.md
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/option_rows.h"
#include "tool/signals.h"
#include "ui/wrap.h"

static bool
is_heading(const OptionRow *row)
{
    return row->kind == OPTION_HEADING;
}

/* --- tables of the README ------------------------------------------------------------------- */

/* Without what would end the cell of a table. */
static char *
cell(Arena *arena, const char *text)
{
    Text out = {0};
    char *copy;

    for (const char *c = text; *c != '\0'; c++)
        text_printf(&out, "%s%c", *c == '|' ? "\\" : "", *c);
    copy = arena_strdup(arena, text_cstr(&out));
    text_clear(&out);
    return copy;
}

static void
print_option_row(Arena *arena, const OptionRow *row)
{
    const char *letter = row->letter != 0 ? arena_printf(arena, "`-%c`, ", row->letter) : "";

    if (is_heading(row))
        printf("| **%s** | | |\n", row->help);
    else
        printf("| %s`--%s%s%s` | %s | %s%s%s |\n", letter, row->name, row->value != NULL ? "=" : "",
               row->value != NULL ? cell(arena, row->value) : "",
               row->preset != NULL ? row->preset : "", cell(arena, row->help),
               row->more != NULL ? "; " : "", row->more != NULL ? cell(arena, row->more) : "");
}

static void
print_option_table(Arena *arena)
{
    printf("| option | default | |\n|---|---|---|\n");
    for (int i = 0; i < option_count; i++)
        print_option_row(arena, &option_rows[i]);
}

static void
print_code_table(Arena *arena)
{
    printf("| code | meaning | try again? |\n|---|---|---|\n");
    for (int i = 0; i < exit_code_count; i++)
        printf("| %d | %s | %s%s|\n", i, cell(arena, exit_codes[i].meaning), exit_codes[i].again,
               exit_codes[i].again[0] != '\0' ? " " : "");
}

/* Who asks for it. */
static void
print_signal_table(Arena *arena)
{
    (void)arena;
    printf("| signal | option | template |");
    for (int asker = 0; asker < ASKERS; asker++)
        printf(" %s |", asker_names[asker]);
    printf("\n|---|---|---|");
    for (int asker = 0; asker < ASKERS; asker++)
        printf(":-:|");
    printf("\n");
    for (int i = 0; i < signal_count; i++)
    {
        const Signal *signal = &signals[i];

        printf("| %s | `%s` | %s |", signal->name, signal->option,
               signal->template != NULL ? signal->template : "");
        for (int asker = 0; asker < ASKERS; asker++)
            printf(" %s |", (signal->askers & 1u << asker) == 0 ? ""
                            : signal->in_progress != NULL       ? "waits"
                                                                : "ends");
        printf("\n");
    }
}

/* --- the man page --------------------------------------------------------------------------- */

/* Text as roff has it: `code` is bold, and its hyphens, as those of options, can be copied. */
static char *
roff(Arena *arena, const char *text)
{
    Text out = {0};
    bool in_code = false;
    char *copy;

    for (const char *c = text; *c != '\0'; c++)
    {
        bool begins = c == text || c[-1] == ' ';

        if (*c == '`')
            in_code = !in_code;
        if (*c == '`')
            text_append(&out, in_code ? "\\fB" : "\\fR");
        else if (*c == '-' && (in_code || c[1] == '-' || (c > text && c[-1] == '-')))
            text_append(&out, "\\-");
        else if (*c == '\\')
            text_append(&out, "\\e");
        else
            text_printf(&out, "%s%c", begins && (*c == '.' || *c == '\'') ? "\\&" : "", *c);
    }
    copy = arena_strdup(arena, text_cstr(&out));
    text_clear(&out);
    return copy;
}

static void
print_paragraph(const char *text)
{
    enum
    {
        COLUMNS = 78
    };
    Text lines = {0};

    wrap_append(&lines, text, COLUMNS, 0, 0);
    printf("%s\n", text_cstr(&lines));
    text_clear(&lines);
}

/* "Commands: run, swap.", or nothing where all take it. */
static void
print_takers(unsigned bits)
{
    Text takers = {0};

    if ((bits & COMMAND_ALL) != COMMAND_ALL)
        for (int i = 0; i < command_count; i++)
            if ((commands[i].bit & bits) != 0)
                text_append_item(&takers, commands[i].name);
    if (takers.length > 0)
        printf("Commands: %s.\n", text_cstr(&takers));
    text_clear(&takers);
}

static void
print_man_option(Arena *arena, const OptionRow *row)
{
    if (is_heading(row))
    {
        printf(".SS %s\n", roff(arena, row->help));
        return;
    }
    printf(".TP\n");
    if (row->letter != 0)
        printf("\\fB\\-%c\\fR, ", row->letter);
    printf("%s", roff(arena, arena_printf(arena, "`--%s`", row->name)));
    if (row->value != NULL)
        printf("=\\fI%s\\fR", row->value);
    printf("\n");
    print_paragraph(roff(
        arena, arena_printf(arena, "%s%s%s%s%s%s.", row->help, row->preset != NULL ? " (" : "",
                            row->preset != NULL ? row->preset : "", row->preset != NULL ? ")" : "",
                            row->more != NULL ? "; " : "", row->more != NULL ? row->more : "")));
    print_takers(row->commands);
}

/* Today, or the day that makes a build come out the same again. */
static const char *
date(Arena *arena)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t now = epoch != NULL ? (time_t)atoll(epoch) : time(NULL);
    char day[32];

    strftime(day, sizeof(day), "%Y-%m-%d", gmtime(&now));
    return arena_strdup(arena, day);
}

static void
print_man_commands(Arena *arena)
{
    printf(".SH COMMANDS\n");
    for (int i = 0; i < command_count; i++)
    {
        printf(".TP\n\\fB%s\\fR \\fI%s\\fR\n", commands[i].name,
               commands[i].needs_table ? "TABLE" : "[TABLE]");
        print_paragraph(roff(arena, arena_printf(arena, "%s.", commands[i].help)));
    }
}

static void
print_man_codes(Arena *arena)
{
    printf(".SH EXIT STATUS\n");
    for (int i = 0; i < exit_code_count; i++)
    {
        const char *again = exit_codes[i].again;

        printf(".TP\n.B %d\n", i);
        print_paragraph(roff(arena, arena_printf(arena, "%s.", exit_codes[i].meaning)));
        if (*again != '\0')
            print_paragraph(roff(arena, arena_printf(arena, "Try again? %s.", again)));
    }
}

static void
print_man(Arena *arena)
{
    printf(".TH PGSWAP 1 \"%s\" \"pgswap %s\" \"User Commands\"\n"
           ".SH NAME\n"
           "pgswap \\- restructure a big PostgreSQL table while it is in use\n"
           ".SH SYNOPSIS\n"
           "\\fBpgswap\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fITABLE\\fR]\n"
           ".SH DESCRIPTION\n"
           "pgswap builds a second table beside the first, fills it, keeps it in sync,\n"
           "proves that both hold the same data, and exchanges them in one transaction\n"
           "that holds its lock for milliseconds.\n"
           "It can exchange them back, with everything that was written since.\n"
           "The state is in the database: the same command continues what was\n"
           "interrupted, from any machine.\n",
           date(arena), PGSWAP_VERSION);
    print_man_commands(arena);
    printf(".SH OPTIONS\n"
           "A command refuses the options that it does not take.\n"
           "Times take the units of PostgreSQL: 250ms, 5s, 10min, 1h, 1d.\n");
    for (int i = 0; i < option_count; i++)
        print_man_option(arena, &option_rows[i]);
    printf(".SH ENVIRONMENT\n"
           "Each option may be given as a variable, \\fBPGSWAP_\\fR and its name in\n"
           "capitals: \\fBPGSWAP_LOCK_TIMEOUT=1s\\fR, \\fBPGSWAP_JSON=on\\fR.\n"
           "The command line wins.\n"
           "The variables of libpq (\\fBPGHOST\\fR, \\fBPGDATABASE\\fR, ...) say where to\n"
           "connect.\n");
    print_man_codes(arena);
    printf(".SH EXAMPLES\n"
           ".EX\n"
           "pgswap plan \\-d shop public.orders \\-\\-alter 'ALTER COLUMN id TYPE bigint'\n"
           "pgswap run \\-d shop public.orders \\-\\-alter 'ALTER COLUMN id TYPE bigint'\n"
           "pgswap finish \\-d shop public.orders\n"
           ".EE\n"
           ".SH SEE ALSO\n"
           ".BR psql (1)\n");
}

/* --- completion ----------------------------------------------------------------------------- */

/* "wait strict ignore" */
static char *
allowed_words(Arena *arena, const OptionRow *row)
{
    char *words = arena_strdup(arena, row->value);

    for (char *c = strchr(words, '|'); c != NULL; c = strchr(c, '|'))
        *c = ' ';
    return words;
}

/* The command that completes the value of an option, NULL for a flag. */
static const char *
completer(Arena *arena, const OptionRow *row)
{
    switch (row->kind)
    {
    case OPTION_FLAG:
    case OPTION_HEADING:
        return NULL;
    case OPTION_WORD:
    case OPTION_ONLY:
        return arena_printf(arena, "_pgswap_words '%s'", allowed_words(arena, row));
    case OPTION_FILE:
        return "_pgswap_files -f";
    case OPTION_FOLDER:
        return "_pgswap_files -d";
    case OPTION_TEXT:
    case OPTION_LIST:
    case OPTION_NUMBER:
    case OPTION_INT:
    case OPTION_PERCENT:
    case OPTION_SIZE:
    case OPTION_WINDOW:
    case OPTION_DURATION:
    case OPTION_TIME:
        break;
    }
    return ":"; /* only the user knows */
}

static void
print_values(Arena *arena)
{
    printf("    case $option in\n");
    for (int i = 0; i < option_count; i++)
    {
        const OptionRow *row = &option_rows[i];
        const char *how = completer(arena, row);

        if (how == NULL)
            continue;
        if (row->letter != 0)
            printf("    -%c | --%s) %s ;;\n", row->letter, row->name, how);
        else
            printf("    --%s) %s ;;\n", row->name, how);
    }
    printf("    *) return 1 ;;\n    esac\n");
}

static void
print_words(unsigned bits)
{
    printf("_pgswap_words '");
    for (int i = 0; i < option_count; i++)
        if ((option_rows[i].commands & bits) != 0)
            printf("--%s%s ", option_rows[i].name, option_rows[i].kind == OPTION_FLAG ? "" : "=");
    printf("'");
}

static void
print_completion(Arena *arena)
{
    printf("# Completion of pgswap for bash.\n\n"
           "_pgswap_words() {\n"
           "    COMPREPLY=($(compgen -W \"$1\" -- \"$current\"))\n"
           "    [[ ${COMPREPLY-} != *= ]] || compopt -o nospace 2>/dev/null\n"
           "}\n\n"
           "_pgswap_files() {\n"
           "    compopt -o filenames 2>/dev/null\n"
           "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\")\n"
           "}\n\n"
           "# The value of the option before the cursor; false if that takes none.\n"
           "_pgswap_value() {\n");
    print_values(arena);
    printf("}\n\n_pgswap() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    COMPREPLY=()\n"
           "    # --until=ready is three words here\n"
           "    if [[ $current = = ]]; then\n"
           "        current=\n"
           "    elif [[ $option = = ]]; then\n"
           "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
           "    fi\n"
           "    ! _pgswap_value || return 0\n"
           "    case $COMP_CWORD:${COMP_WORDS[1]}:$current in\n"
           "    1:*:-*) ");
    print_words(COMMAND_NONE);
    printf(" ;;\n    1:*) _pgswap_words '");
    for (int i = 0; i < command_count; i++)
        printf("%s ", commands[i].name);
    printf("' ;;\n");
    for (int i = 0; i < command_count; i++)
    {
        printf("    *:%s:-*) ", commands[i].name);
        print_words(commands[i].bit);
        printf(" ;;\n");
    }
    printf("    esac\n}\n\ncomplete -F _pgswap pgswap\n");
}

int
main(int argc, char **argv)
{
    static const struct
    {
        const char *name;
        void (*print)(Arena *arena);
    } documents[] = {
        {"man", print_man},
        {"completion", print_completion},
        {"options", print_option_table},
        {"codes", print_code_table},
        {"signals", print_signal_table},
    };
    Arena *arena = arena_new();
    bool found = false;

    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        if (argc == 2 && strcmp(documents[i].name, argv[1]) == 0)
        {
            documents[i].print(arena);
            found = true;
        }
    arena_free(arena);
    if (!found)
        fprintf(stderr, "usage: document man|completion|options|codes|signals\n");
    return found && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
