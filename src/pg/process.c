/*
 * A child process, in a heap block of its own that its close callback frees.
 */
#include "pg/process.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "loop_private.h"

enum
{
    LOOK_EVERY = 100 /* ms between looks whether it has to end */
};

typedef struct Process
{
    uv_process_t uv;
    int64_t started;    /* clock_ms() */
    int stop_count;     /* signals that had come by then */
    int64_t terminated; /* clock_ms() of SIGTERM, 0 before */
    bool ended;
    int code;
} Process;

static void
on_exit_(uv_process_t *uv, int64_t code, int number)
{
    Process *process = uv->data;

    process->ended = true;
    process->code = number != 0 ? 128 + number : (int)code;
}

static void
on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static bool
start(Loop *loop, Process *process, const char *command, Error *error)
{
    uv_stdio_container_t stdio[3];
    char shell[] = "sh", option[] = "-c", *text = memory_strdup(command);
    char *arguments[] = {shell, option, text, NULL};
    uv_process_options_t options = {.exit_cb = on_exit_,
                                    .file = "/bin/sh",
                                    .args = arguments,
                                    .stdio = stdio,
                                    .stdio_count = 3};
    int status;

    for (int i = 0; i < 3; i++)
    {
        stdio[i].flags = UV_INHERIT_FD;
        stdio[i].data.fd = i == STDOUT_FILENO ? STDERR_FILENO : i; /* stdout is for results */
    }
    process->uv.data = process;
    process->started = clock_ms();
    process->stop_count = loop->stop_count;
    status = uv_spawn(&loop->uv, &process->uv, &options);
    free(text);
    return status == 0 ||
           error_set(error, ERROR_FAULT, "could not start a shell: %s", uv_strerror(status));
}

static bool
is_to_end(const Loop *loop, const Process *process)
{
    int64_t since = process->started > loop->stop_started ? process->started : loop->stop_started;

    if (!loop_is_stopping(loop))
        return false;
    return (loop->stop_count > 1 && loop->stop_count > process->stop_count) ||
           clock_ms() - since >= LOOP_GRACE;
}

static void
end_if_stopping(const Loop *loop, Process *process)
{
    if (process->ended || !is_to_end(loop, process))
        return;
    if (process->terminated == 0)
    {
        process->terminated = clock_ms();
        uv_process_kill(&process->uv, SIGTERM);
    }
    else if (clock_ms() - process->terminated >= LOOP_GRACE)
        uv_process_kill(&process->uv, SIGKILL);
}

bool
process_run(Loop *loop, const char *command, int *code, Error *error)
{
    Process *process = memory_new(1, sizeof(*process));
    bool ok;

    loop_check_may_wait(loop, "process_run");
    ok = start(loop, process, command, error);
    while (ok && !process->ended)
    {
        loop_turn(loop, LOOK_EVERY);
        end_if_stopping(loop, process);
    }
    *code = process->code;
    uv_close((uv_handle_t *)&process->uv, on_closed);
    return ok;
}
