/*
 * Help: for people, so it is broken where there is no terminal, too.
 */
#include "cmd/help.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/exit_codes.h"
#include "cmd/option_rows.h"
#include "ui/wrap.h"

enum
{
    INDENT = 32, /* where the explanations begin */
    WIDTH = 80   /* where there is no terminal */
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
    text_printf(&text, " %s", row->help);
    if (row->preset != NULL)
        text_printf(&text, " (%s)", row->preset);
    text_append(&text, "\n");
    wrap_append(&lines, text_cstr(&text), columns > 0 ? columns : WIDTH, 0, INDENT);
    printf("%s", text_cstr(&lines));
    text_clear(&lines);
    text_clear(&text);
}

/* Of these commands, with the headings that have any. */
static void
print_options(unsigned bits)
{
    const char *heading = NULL;

    for (int i = 0; i < option_count; i++)
    {
        if (option_rows[i].kind == OPTION_HEADING)
            heading = option_rows[i].help;
        if ((option_rows[i].commands & bits) == 0)
            continue;
        if (heading != NULL)
            printf("\n%s:\n", heading);
        heading = NULL;
        print_option(&option_rows[i]);
    }
}

void
help_program(void)
{
    printf("pgswap restructures a big PostgreSQL table while it is in use.\n\n"
           "Usage:\n  pgswap COMMAND [OPTION]... [TABLE]\n\nCommands:\n");
    for (int i = 0; i < command_count; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].help);
    printf("\n\"pgswap COMMAND --help\" lists the options of a command; these are all:\n");
    print_options(COMMAND_ALL | COMMAND_NONE);
    printf("\nExit codes:\n");
    for (int i = 0; i < exit_code_count; i++)
        printf("  %-8d %s\n", i, exit_codes[i].brief);
}

void
help_command(const Command *command)
{
    printf("pgswap %s: %s\n\nUsage:\n  pgswap %s [OPTION]... %s\n", command->name, command->help,
           command->name, command->needs_table ? "TABLE" : "[TABLE]");
    print_options(command->bit);
}
