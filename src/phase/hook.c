/*
 * Runs hooks through the shell.
 */
#include "phase/hook.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "ui/log.h"
#include "ui/progress.h"

bool
hook_run(const Context *context, const char *name, const char *command, Error *error)
{
    int status;

    if (command == NULL)
        return true;
    setenv("PGSWAP_HOOK", name, 1);
    if (context->migration != NULL)
    {
        setenv("PGSWAP_MIGRATION", context->migration->id_text, 1);
        setenv("PGSWAP_PHASE", phase_name(context->migration->phase), 1);
        if (context->migration->pair_count > 0)
            setenv("PGSWAP_TABLE", context->migration->pairs[0].live, 1);
    }
    progress_hide();
    log_debug("hook %s: %s", name, command);
    status = system(command); /* NOLINT: the operator's own command */
    if (status == 0)
        return true;
    error_set(error, ERROR_STOPPED, "the hook %s ended with exit code %d", name,
              WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return error_detail(error, "The command was: %s", command);
}
