/*
 * The table of the commands.
 */
#include "cmd/command.h"

#include <string.h>

#include "cmd/report.h"
#include "cmd/suggest.h"

const Command commands[] = {
    {"plan", plan_command, COMMAND_PLAN, NULL, true,
     "what a change does and needs; changes nothing"},
    {"run", run_command, COMMAND_RUN, report_figures, true,
     "build, copy, sync, verify and swap; continues an unfinished run"},
    {"status", status_command, COMMAND_STATUS, NULL, false,
     "state and progress of migrations, from any machine"},
    {"verify", verify_command, COMMAND_VERIFY, NULL, true, "compare both tables now"},
    {"swap", swap_command, COMMAND_SWAP, report_figures, true,
     "swap a table that \"run --until=ready\" made ready"},
    {"pause", pause_command, COMMAND_PAUSE, NULL, true, "pause a migration: no copying, no swap"},
    {"continue", continue_command, COMMAND_CONTINUE, NULL, true, "continue a paused migration"},
    {"follow", follow_command, COMMAND_FOLLOW, report_figures, true,
     "after the swap: keep the old table in sync"},
    {"revert", revert_command, COMMAND_REVERT, report_figures, true,
     "swap back, with everything written since"},
    {"finish", finish_command, COMMAND_FINISH, NULL, true,
     "after the swap: drop the old table and all that pgswap made"},
    {"abort", abort_command, COMMAND_ABORT, NULL, true,
     "before the swap: give up, drop all that pgswap made"},
};

enum
{
    COMMAND_COUNT = sizeof(commands) / sizeof(commands[0])
};

const int command_count = COMMAND_COUNT;

const Command *
command_find(const char *name, Error *error)
{
    const char *names[COMMAND_COUNT + 1] = {0}, *meant;

    for (int i = 0; i < COMMAND_COUNT; i++)
    {
        names[i] = commands[i].name;
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    if (*name == '\0' || *name == '-')
        error_set(error, ERROR_FAULT, "no command was given");
    else
        error_set(error, ERROR_FAULT, "there is no command \"%s\"", name);
    meant = suggest(name, names);
    if (meant != NULL)
        error_hint(error, "Did you mean \"pgswap %s\"? \"pgswap --help\" lists the commands.",
                   meant);
    else
        error_hint(error, "\"pgswap --help\" lists the commands.");
    return NULL;
}
