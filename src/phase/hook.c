/*
 * Runs hooks through the shell.
 */
#include "phase/hook.h"

#include <stdlib.h>

#include "pg/process.h"
#include "ui/log.h"
#include "ui/progress.h"

bool
hook_run(const Context *context, const char *name, const char *command, Error *error)
{
    int code;

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
    if (!process_run(context->loop, command, &code, error))
        return error_context(error, "the hook %s", name);
    if (code == 0)
        return true;
    if (loop_is_stopping(context->loop))
        error_set(error, ERROR_STOPPED, "stopped while the hook %s ran", name);
    error_set(error, ERROR_STOPPED, "the hook %s ended with exit code %d", name, code);
    return error_detail(error, "The command was: %s", command);
}
