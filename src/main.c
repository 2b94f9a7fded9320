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
#include "cmd/suggest.h"
#include "phase/hook.h"
#include "sql/template.h"
#include "ui/log.h"
#include "ui/progress.h"

#define PGSWAP_VERSION "0.1.0"

static const Command commands[] = {
    {"plan", plan_command, COMMAND_PLAN, true, "what a change means and takes; changes nothing"},
    {"run", run_command, COMMAND_RUN, true,
     "build, copy, sync, verify and swap; continues an unfinished run"},
    {"status", status_command, COMMAND_STATUS, false, "how a migration stands, from any machine"},
    {"verify", verify_command, COMMAND_VERIFY, true, "compare both tables now"},
    {"swap", swap_command, COMMAND_SWAP, true,
     "swap a table that \"run --until=ready\" made ready"},
    {"pause", pause_command, COMMAND_PAUSE, true, "hold a migration up: no copying, no swap"},
    {"continue", continue_command, COMMAND_CONTINUE, true, "let a paused migration go on"},
    {"follow", follow_command, COMMAND_FOLLOW, true, "after the swap: keep the old table in sync"},
    {"revert", revert_command, COMMAND_REVERT, true, "swap back, with everything written since"},
    {"finish", finish_command, COMMAND_FINISH, true,
     "after the swap: drop the old table and all that is ours"},
    {"abort", abort_command, COMMAND_ABORT, true, "before the swap: take everything back"},
};

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
    printf("\n  -V, --version                      print the version\n"
           "\nExit codes: 0 done, 1 usage, 2 connection, 3 a statement or the data failed,\n"
           "4 refused, 5 tables differ, 6 no lock to be had, 7 stopped on request,\n"
           "8 another pgswap at work, 9 a limit, 10 table altered meanwhile,\n"
           "11 paused by the operator.\n");
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
        error_hint(error, "Perhaps \"pgswap %s\" is meant; \"pgswap --help\" lists the commands.",
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

/* *stopped: the error is that it was told to stop. */
static bool
run_session(const Command *command, Arena *arena, const Options *options, bool *stopped,
            Error *error)
{
    Loop *loop = loop_new();
    Session session;
    bool ok;

    srandom((unsigned int)(clock_us() ^ getpid())); /* for jitter, so that two programs differ */
    ok = session_init(&session, arena, loop, options, error) && command->run(&session, error);
    context_explain_stop(&session.context, error);
    *stopped = loop_is_stopping(loop) && error->kind == ERROR_STOPPED;
    if (!ok)
        hook_failed(&session.context, options->settings.hook_failure, error);
    session_close(&session);
    progress_hide();
    if (!loop_free(loop))
        error_set(error, ERROR_FAULT, "the event loop did not close cleanly");
    return ok;
}

/* What follows an unknown command is read, too, for --json. */
static bool
run(int argc, char **argv, Arena *arena, Options *options, bool *stopped, Error *error)
{
    const Command *command = find_command(argv[1], error);
    bool nameless = *argv[1] == '-'; /* pgswap --json */
    bool read = options_read(arena, command != NULL ? command->name : "",
                             command != NULL ? command->bit : COMMAND_ALL, argc - !nameless,
                             argv + !nameless, options, error);

    setup_output(options);
    if (command != NULL && options->help)
    {
        error_clear(error);
        print_command_help(command);
        return true;
    }
    if (!read)
        return false;
    if (command->needs_table && options->table == NULL)
        return error_set(error, ERROR_FAULT, "%s needs a table", command->name);
    if (options->templates != NULL && !template_use_directory(options->templates, error))
        return false;
    return run_session(command, arena, options, stopped, error);
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
    if ((fclose(stdout) == 0 && !lost) || errno == EPIPE)
        return;
    error_set(error, ERROR_FAULT, "could not write to standard output: %s",
              errno != 0 ? strerror(errno) : "some of it is lost");
    error_hint(error,
               "Only what was to be printed is lost; \"pgswap status\" tells how it stands.");
}

static bool
run_or_tell(int argc, char **argv, Arena *arena, Options *options, bool *stopped, Error *error)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0)
    {
        print_help();
        return argc >= 2;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
    {
        printf("pgswap %s\n", PGSWAP_VERSION);
        return true;
    }
    return run(argc, argv, arena, options, stopped, error);
}

int
main(int argc, char **argv)
{
    Error error = ERROR_INIT;
    Options options;
    Arena *arena = arena_new();
    bool stopped = false;
    int code;

    signal(SIGPIPE, SIG_IGN);
    open_standard_descriptors();
    code = run_or_tell(argc, argv, arena, &options, &stopped, &error) ? ERROR_NONE : ERROR_FAULT;
    close_output(&error);
    if (stopped)
        log_note_error(&error);
    else
        log_error(&error);
    if (error.kind != ERROR_NONE)
        code = (int)error.kind;
    error_clear(&error);
    arena_free(arena);
    return code;
}
