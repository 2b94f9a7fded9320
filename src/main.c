/*
 * pgswap: the one place where an error is printed and becomes an exit code,
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
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/report.h"
#include "sql/template.h"
#include "tool/explain.h"
#include "tool/hook.h"
#include "ui/line.h"
#include "ui/log.h"
#include "ui/progress.h"

/* One call of the program. */
typedef struct Invocation
{
    Arena *arena;
    const Command *command; /* NULL: not known */
    Options options;
    json_t *report;
    bool answered; /* with help or the version */
    bool stopped;  /* the error is that it was told to stop */
} Invocation;

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
    error_ends(error);
    context_explain_stop(&session.context, error);
    call->stopped = loop_is_stopping(loop) && error->kind == ERROR_STOPPED;
    report_session(&session);
    if (call->command->report != NULL)
        call->command->report(&session);
    if (!ok)
        hook_failed(&session.context, call->options.settings.hook_failure, error);
    session_close(&session);
    line_hide();
    if (!loop_free(loop))
        error_set(error, ERROR_FAULT, "the event loop did not close cleanly");
    return ok;
}

/* What is asked for in the place of work.  True if it was. */
static bool
tell_about(const Command *command, const Options *options)
{
    if (options->help && command != NULL)
        help_command(command);
    else if (options->help)
        help_program();
    else if (options->version)
        printf("pgswap %s\n", PGSWAP_VERSION);
    return options->help || options->version;
}

/* What follows an unknown command is read, too, for --json. */
static bool
read_line(Invocation *call, int argc, char **argv, Error *error)
{
    int named = argc > 1 && *argv[1] != '-'; /* or not: pgswap --json */
    const Command *command = command_find(argc > 1 ? argv[1] : "", error);
    bool ok = options_read(call->arena, command != NULL ? command->name : "",
                           command != NULL ? command->bit : COMMAND_ALL | COMMAND_NONE,
                           argc - named, argv + named, &call->options, error);

    call->command = command;
    call->report = report_new(command != NULL ? command->name : NULL);
    setup_output(&call->options);
    call->answered = (named == 0 || command != NULL) && tell_about(command, &call->options);
    if (call->answered)
        error_clear(error);
    return ok;
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

    if (call->answered)
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
    int code;

    signal(SIGPIPE, SIG_IGN);
    open_standard_descriptors();
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
