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
#include "phase/hook.h"
#include "sql/template.h"
#include "ui/log.h"
#include "ui/progress.h"

#define PGSWAP_VERSION "0.1.0"

static const Command commands[] = {
    {"plan", plan_command, true, "what a change means and takes; changes nothing"},
    {"run", run_command, true, "build, copy, sync, verify and swap; continues an unfinished run"},
    {"status", status_command, false, "how a migration stands, from any machine"},
    {"verify", verify_command, true, "compare both tables now"},
    {"swap", swap_command, true, "swap a table that \"run --until=ready\" made ready"},
    {"pause", pause_command, true, "hold a migration up: no copying, no swap"},
    {"continue", continue_command, true, "let a paused migration go on"},
    {"follow", follow_command, true, "after the swap: keep the old table in sync"},
    {"revert", revert_command, true, "swap back, with everything written since"},
    {"finish", finish_command, true, "after the swap: drop the old table and all that is ours"},
    {"abort", abort_command, true, "before the swap: take everything back"},
};

static void
print_help(void)
{
    printf("pgswap restructures a big PostgreSQL table while it is in use.\n\n"
           "Usage:\n  pgswap COMMAND [OPTION]... [TABLE]\n\nCommands:\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].help);
    options_help();
    printf("\n  -V, --version                      print the version\n"
           "  -?, --help                         this help\n"
           "\nExit codes: 0 done, 1 usage, 2 connection, 3 a statement or the data failed,\n"
           "4 refused, 5 tables differ, 6 no lock to be had, 7 stopped on request,\n"
           "8 another pgswap at work, 9 a limit, 10 table altered meanwhile,\n"
           "11 paused by the operator.\n");
}

static const Command *
find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void
setup_output(const Options *options)
{
    bool json = options->log_format != NULL && strcmp(options->log_format, "json") == 0;

    log_setup(options->quiet     ? LOG_WARNING
              : options->verbose ? LOG_DEBUG
                                 : LOG_INFO,
              json ? LOG_JSON : LOG_TEXT);
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
    Error ignored = ERROR_INIT;

    srandom((unsigned int)(clock_us() ^ getpid())); /* for jitter, so that two programs differ */
    ok = session_init(&session, arena, loop, options, error) && command->run(&session, error);
    context_explain_stop(&session.context, error);
    *stopped = loop_is_stopping(loop) && error->kind == ERROR_STOPPED;
    if (!ok && options->settings.hook_failure != NULL)
    {
        setenv("PGSWAP_ERROR", error->message != NULL ? error->message : "", 1);
        (void)!hook_run(&session.context, "failure", options->settings.hook_failure, &ignored);
        error_clear(&ignored);
    }
    session_close(&session);
    progress_hide();
    if (!loop_free(loop))
        error_set(error, ERROR_FAULT, "the event loop did not close cleanly");
    return ok;
}

static bool
run(int argc, char **argv, Arena *arena, bool *stopped, Error *error)
{
    const Command *command = find_command(argv[1]);
    Options options;
    bool help;

    if (command == NULL)
    {
        error_set(error, ERROR_FAULT, "there is no command \"%s\"", argv[1]);
        return error_hint(error, "pgswap --help lists them.");
    }
    if (!options_read(arena, argc - 1, argv + 1, &options, &help, error))
        return false;
    if (help)
    {
        print_help();
        return true;
    }
    setup_output(&options);
    if (command->needs_table && options.table == NULL)
        return error_set(error, ERROR_FAULT, "%s needs a table", command->name);
    if (options.templates != NULL && !template_use_directory(options.templates, error))
        return false;
    return run_session(command, arena, &options, stopped, error);
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
run_or_tell(int argc, char **argv, Arena *arena, bool *stopped, Error *error)
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
    return run(argc, argv, arena, stopped, error);
}

int
main(int argc, char **argv)
{
    Error error = ERROR_INIT;
    Arena *arena = arena_new();
    bool stopped = false;
    int code;

    signal(SIGPIPE, SIG_IGN);
    open_standard_descriptors();
    code = run_or_tell(argc, argv, arena, &stopped, &error) ? ERROR_NONE : ERROR_FAULT;
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
