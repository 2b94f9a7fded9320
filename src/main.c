/*
 * pgswap: the command table, and the one place where an error is printed and becomes an exit code,
 * that of lost output included.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/report.h"
#include "cmd/suggest.h"
#include "sql/template.h"
#include "tool/explain.h"
#include "tool/hook.h"
#include "ui/log.h"
#include "ui/progress.h"

static const Command commands[] = {
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

/* One call of the program. */
typedef struct Invocation
{
    Arena *arena;
    const Command *command; /* NULL: not known */
    Options options;
    json_t *report;
    bool stopped; /* the error is that it was told to stop */
} Invocation;

enum
{
    COMMAND_COUNT = sizeof(commands) / sizeof(commands[0])
};

static void
print_help(void)
{
    printf("pgswap restructures a big PostgreSQL table while it is in use.\n\n"
           "Usage:\n  pgswap COMMAND [OPTION]... [TABLE]\n\nCommands:\n");
    for (int i = 0; i < COMMAND_COUNT; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].help);
    printf("\n\"pgswap COMMAND --help\" lists the options of a command; these are all:\n");
    options_help(COMMAND_ALL);
    printf("\n  -V, --version                 print the version\n"
           "\nExit codes: 0 done, 1 usage, 2 connection, 3 a statement or the data failed,\n"
           "4 refused, 5 tables differ, 6 could not get the lock, 7 stopped on request,\n"
           "8 another pgswap at work, 9 a limit, 10 table altered meanwhile,\n"
           "11 paused by the operator, 12 swapped, and the hook after it failed.\n");
}

static void
print_command_help(const Command *command)
{
    printf("pgswap %s: %s\n\nUsage:\n  pgswap %s [OPTION]... %s\n", command->name, command->help,
           command->name, command->needs_table ? "TABLE" : "[TABLE]");
    options_help(command->bit);
}

static const Command *
find_command(const char *name, Error *error)
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

static void
setup_output(const Options *options)
{
    log_setup(options->quiet     ? LOG_WARNING
              : options->verbose ? LOG_DEBUG
                                 : LOG_INFO,
              (LogFormat)options->log_format);
    progress_setup(!options->quiet);
}

static bool
run_session(Invocation *call, Error *error)
{
    Loop *loop = loop_new();
    Session session;
    bool ok;

    srandom((unsigned int)(clock_us() ^ getpid())); /* for jitter, so that two programs differ */
    ok = session_init(&session, call->arena, loop, &call->options, call->report, error) &&
         call->command->run(&session, error);
    explain_failure(&session.context, error);
    context_explain_stop(&session.context, error);
    call->stopped = loop_is_stopping(loop) && error->kind == ERROR_STOPPED;
    report_session(&session);
    if (call->command->report != NULL)
        call->command->report(&session);
    if (!ok)
        hook_failed(&session.context, call->options.settings.hook_failure, error);
    session_close(&session);
    progress_hide();
    if (!loop_free(loop))
        error_set(error, ERROR_FAULT, "the event loop did not close cleanly");
    return ok;
}

/* What follows an unknown command is read, too, for --json. */
static bool
read_line(Invocation *call, int argc, char **argv, Error *error)
{
    const Command *command = find_command(argc > 1 ? argv[1] : "", error);
    int named = argc > 1 && *argv[1] != '-'; /* or not: pgswap --json */
    bool ok = options_read(call->arena, command != NULL ? command->name : "",
                           command != NULL ? command->bit : COMMAND_ALL, argc - named, argv + named,
                           &call->options, error);

    call->command = command;
    call->report = report_new(command != NULL ? command->name : NULL);
    setup_output(&call->options);
    if (command == NULL || !call->options.help)
        return ok;
    error_clear(error);
    print_command_help(command);
    return true;
}

static bool
run(Invocation *call, Error *error)
{
    const Options *options = &call->options;

    if (call->command->needs_table && options->table == NULL)
        return error_set(error, ERROR_FAULT, "%s needs a table", call->command->name);
    if (options->templates != NULL && !template_use_directory(options->templates, error))
        return false;
    return run_session(call, error) ||
           error_set(error, ERROR_FAULT, "%s failed without a reason", call->command->name);
}

/* A daemon may have closed them: what is opened later must not get their numbers, or our messages.
 */
static void
open_standard_descriptors(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            abort();
}

/* The results are written, or that is an error; whose reader has gone away wanted no more. */
static void
close_output(Error *error)
{
    bool lost = ferror(stdout) != 0;

    errno = 0;
    if ((fclose(stdout) == 0 && !lost) || errno == EPIPE || error->kind != ERROR_NONE)
        return;
    error_set(error, ERROR_FAULT, "could not write to standard output: %s",
              errno != 0 ? strerror(errno) : "some of it is lost");
    error_hint(error, "Only the output is lost; \"pgswap status\" shows the state.");
}

static void
answer(Invocation *call, int argc, char **argv, Error *error)
{
    bool ok = read_line(call, argc, argv, error);

    if (call->command != NULL && call->options.help)
        return;
    if (ok)
        (void)!run(call, error);
    if (call->options.json)
        report_print(call->report, error);
}

int
main(int argc, char **argv)
{
    Error error = ERROR_INIT;
    Invocation call = {.arena = arena_new()};
    const char *first = argc > 1 ? argv[1] : "";
    int code;

    signal(SIGPIPE, SIG_IGN);
    open_standard_descriptors();
    if (strcmp(first, "--help") == 0 || strcmp(first, "-?") == 0)
        print_help();
    else if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0)
        printf("pgswap %s\n", PGSWAP_VERSION);
    else
        answer(&call, argc, argv, &error);
    close_output(&error);
    if (call.stopped)
        log_note_error(&error);
    else
        log_error(&error);
    code = (int)error.kind;
    error_clear(&error);
    json_decref(call.report);
    arena_free(call.arena);
    return code;
}
